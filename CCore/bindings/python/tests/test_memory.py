"""What requests leave behind: nothing that grows with their number."""
import asyncio
import gc
import pathlib
import shutil
import subprocess
import unittest

from asgi_support import answer, serving

REQUESTS = 15000


async def app(scope, receive, send):
    if scope["path"] == "/waits":
        await asyncio.sleep(0)
    if scope["path"] == "/fails":
        raise LookupError
    message = await receive()
    if scope["path"] == "/stream":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"x" * 100, "more_body": True})
        return await send({"type": "http.response.body"})
    await answer(send, message["body"] or b"y" * 20000, headers=[(b"x-a", b"b")])


def resident_bytes():
    status = pathlib.Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


@unittest.skipUnless(shutil.which("ab") and pathlib.Path("/proc/self/status").exists(), "ab or /proc is not there")
class Memory(unittest.TestCase):
    def load(self, target, *options):
        address = f"http://127.0.0.1:{self.port}{target}"
        said = subprocess.run(["ab", "-q", "-k", "-c", "32", "-n", str(REQUESTS), *options, address], timeout=60,
                              capture_output=True, text=True).stdout
        self.assertRegex(said, rf"Complete requests: +{REQUESTS}\n")

    def growth(self, target, *options):
        self.load(target, *options)
        gc.collect()
        before = resident_bytes()
        self.load(target, *options)
        gc.collect()
        return resident_bytes() - before

    def test_it_does_not_grow_with_the_requests(self):
        with serving(app, lifespan="off") as server:
            self.port = server.port
            for target, *options in (("/",), ("/waits",), ("/stream",), ("/", "-p", __file__)):
                with self.subTest(target):
                    # A leak of one small object a request would be 64 bytes of each.
                    self.assertLess(self.growth(target, *options), 48 * REQUESTS)


if __name__ == "__main__":
    unittest.main()
