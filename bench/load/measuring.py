"""Rounds: under each load the contestants are measured in turn, each round beginning with another one."""
import time

import accounting
import checking
import figures
import generators
from running import Server, StartError


def from_place(things, place):
    """All of them, in their order, beginning with another one in each round."""
    first = place % len(things) if things else 0
    return things[first:] + things[:first]


class Bench:
    """One run: who takes part, where, how long it may take, and what came of it."""

    def __init__(self, contestants, folder, limit_seconds, share=1.0, say=print):
        self.contestants = contestants
        self.folder = folder
        self.share = share  # of the rounds and seconds of the full run
        self.say = say
        self.places = accounting.Places()
        self.deadline = time.monotonic() + limit_seconds
        self.servers = {}
        self.absent = {}  # the reason, by name
        self.results = {}
        self.notes = []

    def seconds(self, wanted):
        return max(0.3, wanted * self.share)

    def rounds(self, wanted):
        return max(1, round(wanted * self.share))

    def has_time(self):
        return time.monotonic() < self.deadline

    # Servers

    def start_all(self):
        for contestant in self.contestants:
            if contestant.name in self.absent:
                continue
            try:
                self.start(contestant)
            except (StartError, OSError, checking.WrongAnswer) as error:
                self.leave_out(contestant, f"does not serve: {error}")

    def start(self, contestant):
        server = Server(contestant, self.places.server)
        self.servers[contestant.name] = server
        checking.check(server)

    def leave_out(self, contestant, reason):
        self.absent[contestant.name] = reason
        self.say(f"  {contestant.label}: {reason}")
        server = self.servers.pop(contestant.name, None)
        if server:
            server.end()

    def end(self):
        for server in self.servers.values():
            server.end()
        self.servers = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.end()

    # Loads

    def measure(self, load):
        """All rounds of a load, and the medians."""
        able = [server for server in self.servers.values() if load.needs in server.contestant.offers]
        samples = {server.contestant.name: [] for server in able}
        for number in range(self.rounds(load.rounds)):
            for server in from_place(able, number):
                is_wanted = server.contestant.is_principal or number < self.rounds(load.other_rounds)
                if is_wanted and self.has_time():
                    self.take_sample(load, server, samples)
        summaries = {name: figures.summarise(taken) for name, taken in samples.items() if taken}
        self.results[load.name] = figures.compare(summaries, load.baseline, load.figure)

    def take_sample(self, load, server, samples):
        contestant = server.contestant
        if contestant.name not in self.servers:
            return
        try:
            sample = load.run(self, server)
            sample.extra["memory_bytes"] = accounting.resident_bytes(server.pids)
            samples[contestant.name].append(sample)
        except generators.LoadError as error:
            self.note(f"{contestant.label} under {load.title!r}: {error}")
            if not server.is_running():
                self.leave_out(contestant, f"ended under {load.title!r}: {server.said()}")

    def note(self, text):
        self.notes.append(text)
        self.say(f"  {text}")
