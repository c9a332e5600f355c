"""A server inside an asyncio loop that somebody else turns, by a descriptor and a time: `loop.add_reader`, `call_later`.

Prints its port, and serves until SIGTERM or SIGINT, while the loop does other things. martlet.loop.Poller is this, made to
last; any other loop that can watch a descriptor does as well."""
import asyncio
import signal

import martlet


def hello(request, response):
    response.set("Content-Type", "text/plain")
    response.body("Hello from the loop's own thread\n")


async def main():
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    server = martlet.Server(reactors=1, workers=0)
    server.route("GET", "/hello", hello)
    print(server.listen_tcp("127.0.0.1", 0), flush=True)
    server.start_polled()
    descriptor = server.poll_descriptor
    timer = None

    def turn():
        nonlocal timer
        if timer:
            timer.cancel()
        if not server.poll():
            loop.remove_reader(descriptor)
            return ended.set()
        if server.poll_timeout_ms >= 0:
            timer = loop.call_later(server.poll_timeout_ms / 1000, turn)

    loop.add_reader(descriptor, turn)
    turn()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.drain)
    await ended.wait()
    server.close()


asyncio.run(main())
