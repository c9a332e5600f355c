"""Whether a front and its origin agree, on one connection between them, where each request ends.

The front numbers what it believes to be a request, and sends no second one on a connection before the first is
answered. The origin answers what it believes to be one. So the n-th answer must come behind the n-th number and before
the next, and say what the request between them asks for."""
import dataclasses

from answers import REFUSALS, read_answers
from forwarded import FRONT_ID, read_requests
from relay import TO_FRONT, TO_ORIGIN, octets_of


@dataclasses.dataclass
class Complaint:
    """`number`: of the request that the front had sent last. `is_desync`: they disagree; otherwise the origin served,
    and ended where the front did, what RFC 9112 does not allow."""
    what: str
    number: bytes | None = None
    is_desync: bool = True


def numbers_known(events, numbers, answers):
    """For each answer, how many of the front's numbers had been sent when its last octet came."""
    found, sent, received, left = [], 0, 0, list(answers)
    for direction, octets in events:
        if direction == TO_ORIGIN:
            sent += len(octets)
            continue
        received += len(octets)
        while left and left[0].end <= received:
            found.append(sum(number.end() <= sent for number in numbers))
            del left[0]
    return found


def is_refusal(answer):
    return answer.status in REFUSALS and answer.closes


def compare(request, answer):
    """What is wrong with the answer to the request, or None."""
    expected = request.expected()
    if is_refusal(answer):
        return None
    if request.is_cut:  # a handler that wants no body may answer before it has come
        reports = answer.gist.startswith(f"200 {request.method} ")
        return Complaint(f"{answer} to half a request: {request.flaw}") if reports else None
    if request.flaw:
        return Complaint(f"{answer} to what RFC 9112 does not allow: {request.flaw}", is_desync=False)
    if expected not in (None, answer.gist):
        return Complaint(f"{answer} where {expected} was asked for")
    return None


def check_answer(index, answers, known, requests):
    """All complaints about the answer with that index."""
    answer = answers[index]
    if index >= known[index]:
        yield Complaint(f"answer {index + 1}, {answer}, came behind {known[index]} requests")
    elif index < len(requests) and (complaint := compare(requests[index], answer)):
        yield complaint
    if answer.closes and index + 1 < len(answers):
        yield Complaint(f"it went on behind {answer}")


def judge(events):
    """All complaints about one conversation."""
    sent, received = octets_of(events, TO_ORIGIN), octets_of(events, TO_FRONT)
    numbers, requests = list(FRONT_ID.finditer(sent)), read_requests(sent)
    last = numbers[-1][1] if numbers else None
    try:
        answers = read_answers(received, [request.method for request in requests])
    except AssertionError as malformed:
        return [Complaint(f"what it answered cannot be read: {malformed}", last)]
    complaints = []
    known = numbers_known(events, numbers, answers)
    for index, _ in enumerate(answers):
        for complaint in check_answer(index, answers, known, requests):
            complaint.number = numbers[known[index] - 1][1] if known[index] else None
            complaints.append(complaint)
    # Only a request that was cut, or that came while the origin closed, may have none; the last in either case.
    due = sum(not request.flaw for request in requests)
    has_closed = bool(answers) and answers[-1].closes
    if not has_closed and len(answers) < max(due, len(numbers) - 1):
        complaints.append(Complaint(f"{len(answers)} answers to {len(numbers)} requests", last))
    return complaints
