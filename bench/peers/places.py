"""Where the bench finds its sources and leaves what it builds."""
import pathlib

PEERS = pathlib.Path(__file__).resolve().parent
BENCH = PEERS.parent
ROOT = BENCH.parent
BUILT = ROOT / ".build-bench"
BIN = BUILT / "bin"
SWIFT_PEERS = BUILT / "swift"
