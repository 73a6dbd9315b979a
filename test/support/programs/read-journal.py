#!/usr/bin/env python3
"""Reads a journal by its description alone (docs/journal-format.md), with nothing but Python's
standard library: what a user would write to have the readings elsewhere. One JSON object a line:

    {"entry": {"seq", "id", "kind", "received", "time", "source", "text", "bytes"}}    in order of seq
    {"damage": {"file", "offset", "end", "from", "to"}}                               where they would have come
    {"end": {"file", "size"}}                                                         the last valid byte

`bytes` is hex: the raw line, or the JSON of a structured event. Usage: read-journal.py DIRECTORY
"""
import calendar
import datetime
import json
import os
import re
import sys
import zlib

FILE = re.compile(r"^(\d{4})/((\d{4})(\d\d)(\d\d))(?:-([1-9]\d*))?\.txt(\.gz)?$")
CLOCK = r"(\d\d):(\d\d):(\d\d)\.(\d{3})"
HEAD = re.compile(
    rb"^H \d\d:\d\d:\d\d\.\d{3} fieldlog 1 ([a-z0-9]{8}) (\d+) (\S+) (\d+) ([0-9a-f]{64}|-|\?)$"
)
CLOSE = re.compile(rb"^C \d\d:\d\d:\d\d\.\d{3} (\d+) (\d+) ([0-9a-f]{8})$")
ENTRY = re.compile(rf"^([LE]) {CLOCK} ([A-Za-z0-9._:@-]+) (.*)$", re.S)
RECORD = re.compile(rf"^R (\d{{4}})-(\d\d)-(\d\d)T{CLOCK} ([A-Za-z0-9._:@-]+) (.*)$", re.S)
NOTICE = re.compile(rf"^N {CLOCK} ([a-z-]+) (.*)$", re.S)
# both are written in one form only; any other is ignored
OPEN = re.compile(r'^\{"epoch":"([a-z0-9]{8})"')
RECEIVED = re.compile(r'^\{"at":(\d{1,15})(,"kind":"E")?\}$')
COMMIT_START = re.compile(rb"^C( [\d:.]{0,12}( \d*( \d*( [0-9a-f]{0,8})?)?)?)?$")
OPEN_MARK = b' open {"epoch":"'
# where the bytes of a broken gzip member are missing: damage, and the end of its last line
HOLE = b"\0\n"
DEEPEST = 1000
ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")


def day_start(year, month, day):
    return calendar.timegm((int(year), int(month), int(day), 0, 0, 0)) * 1000


def clock(hours, minutes, seconds, ms):
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(ms)


def raw(text):
    return ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), text.encode("utf-8"))


def expand(data):
    """The text of gzip members one behind the other, and up to where its offsets are right (None: everywhere)."""
    text = b""
    exact = None
    at = 0
    while at < len(data):
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(data[at:])
            if not member.eof:
                raise zlib.error("it is cut")
            text += part
            at = len(data) - len(member.unused_data)
        except zlib.error:
            exact = len(text) if exact is None else exact
            end = data.find(b"\x1f\x8b\x08", at + 1)
            end = len(data) if end == -1 else end
            text += beginning(data[at:end]) + HOLE
            at = end
    return text, exact


def beginning(data):
    """As much of a broken member as can be decompressed."""
    member = zlib.decompressobj(wbits=31)
    text = b""
    try:
        for at in range(len(data)):
            text += member.decompress(data[at : at + 1])
    except zlib.error:
        pass
    return text


def batches(data):
    """What stands between the C lines: (offset, end, lines, last seq), lines None where the checksum does not match."""
    start = 0
    at = 0
    # where the lines since `start` begin
    begins = [0]
    while True:
        end = data.find(b"\n", at)
        if end == -1:
            return
        close = CLOSE.match(data[at:end])
        if not close:
            at = end + 1
            begins.append(at)
            continue
        count, last_seq = int(close[1]), int(close[2])
        possible = [start]
        # the C in front of it is damaged: its lines are counted back from its own C, and an H is not among them
        possible += [begins[-n] for n in (count + 1, count + 2) if n <= len(begins)]
        for first in possible:
            lines = sound(data, first, at, end, close)
            if lines is None:
                continue
            if first > start:
                yield start, first, None, None
            yield first, end + 1, lines, last_seq
            break
        else:
            yield start, end + 1, None, last_seq
        at = start = end + 1
        begins = [start]


def sound(data, first, at, end, close):
    """The lines of a batch; None where its checksum or its number of lines is not right."""
    # up to, not including, the space before the checksum
    if zlib.crc32(data[first : end - 9]) != int(close[3], 16):
        return None
    lines = data[first:at].split(b"\n")[:-1]
    own = lines[1:] if lines and HEAD.match(lines[0]) else lines
    return lines if len(own) == int(close[1]) else None


def may_hide_open(stretch, epoch):
    """Whether what is damaged may have held a start of the writer, or an H, that sets another epoch."""
    if not stretch.endswith(b"\n"):
        return True
    first, *rest = stretch[:-1].split(b"\n")
    stated = first[26:34].ljust(8, b"\0")
    same = epoch != "" and sum(a != b for a, b in zip(stated, epoch.encode())) <= 1
    is_head = same and not re.search(rb'open \{|"epoch":', first)
    return (not is_head and (first[:1] == b"H" or may_be_open(first))) or any(map(may_be_open, rest))


def may_be_open(line):
    if len(re.findall(rb"[\x00-\x1f\x7f]", line)) > 1 or re.search(rb'open \{|"epoch":', line):
        return True
    return sum(a == b for a, b in zip(line[14:], OPEN_MARK)) >= len(OPEN_MARK) / 2


class File:
    def __init__(self, directory, name):
        match = FILE.match(name)
        self.path = name[:-3] if match[7] else name
        self.day = day_start(match[3], match[4], match[5])
        self.order = (match[2], int(match[6] or 0))
        with open(os.path.join(directory, name), "rb") as file:
            stored = file.read()
        # zeros at the end are room that the writer has taken ahead
        text, self.exact = expand(stored) if match[7] else (stored, None)
        self.data = text.rstrip(b"\0")
        found = [batch for batch in batches(self.data) if batch[2] is not None]
        self.head = HEAD.match(found[0][2][0]) if found and found[0][2] else None
        # one whose H is damaged stands where its first sound batch says
        self.first_seq = int(self.head[2]) if self.head else None
        if found and not self.head:
            self.first_seq = found[0][3] - sum(map(is_entry, found[0][2])) + 1
        self.epoch = self.head[1].decode() if self.head else None
        self.previous = self.head[3].decode() if self.head else None
        self.previous_size = int(self.head[4]) if self.head else 0


def is_entry(line):
    return line[:1] not in (b"N", b"H")


def is_file(name):
    match = FILE.match(name)
    if not match or match[1] != match[3]:
        return False
    try:
        datetime.date(int(match[3]), int(match[4]), int(match[5]))
        return True
    except ValueError:
        return False


def chain(directory):
    names = []
    for year in os.listdir(directory):
        if re.match(r"^\d{4}$", year):
            for name in os.listdir(os.path.join(directory, year)):
                if is_file(f"{year}/{name}"):
                    names.append(f"{year}/{name}")
    # where both are there the archive was not finished
    names = [name for name in names if not (name.endswith(".gz") and name[:-3] in names)]
    # one without a sound batch holds nothing that is closed
    files = [file for file in (File(directory, name) for name in names) if file.first_seq is not None]
    files.sort(key=lambda file: (file.first_seq, file.order))
    for file, following in zip(files, files[1:]):
        if following.previous == file.path and (file.exact is None or following.previous_size <= file.exact):
            file.data = file.data[: following.previous_size]
    return files


class Reader:
    def __init__(self, out):
        self.out = out
        self.seq = 0

    def tell(self, what, **values):
        self.out.write(json.dumps({what: values}) + "\n")

    def read(self, files):
        self.seq = files[0].first_seq - 1 if files else 0
        epochs = epochs_of(files)
        end = ("", 0)
        for index, file in enumerate(files):
            damaged = []
            size = 0
            if file.head:
                self.seq = max(self.seq, file.first_seq - 1)
            for offset, stop, lines, last_seq in batches(file.data):
                if lines is None:
                    damaged.append((offset, stop))
                    continue
                self.miss(file, damaged, last_seq - sum(map(is_entry, lines)))
                damaged = []
                self.take(file, lines, last_seq, epochs[index, offset])
                size = stop
            if index == len(files) - 1:
                stop = broken_end(file.data, max([size] + [stop for _, stop in damaged]))
                if stop:
                    damaged.append(stop)
            elif size < len(file.data) and not damaged:
                damaged.append((size, len(file.data)))
            following = files[index + 1] if index + 1 < len(files) else None
            self.miss(file, damaged, following.first_seq - 1 if following and following.head else self.seq)
            end = (file.path, size)
        self.tell("end", file=end[0], size=end[1])

    def miss(self, file, damaged, last):
        first = self.seq + 1
        for offset, stop in damaged:
            self.tell("damage", file=file.path, offset=offset, end=stop, **{"from": first, "to": max(last, first - 1)})
            first = max(last + 1, first)
        self.seq = max(self.seq, last)

    def take(self, file, lines, last_seq, epoch):
        came = None
        seq = last_seq - sum(map(is_entry, lines))
        for line in lines:
            text = line.decode("utf-8", "replace")
            notice = NOTICE.match(text)
            if notice:
                kind, value = notice[5], notice[6]
                if kind == "open":
                    epoch = opened(value) or epoch
                elif kind == "received" and RECEIVED.match(value):
                    came = json.loads(value)
                continue
            if not is_entry(line):
                continue
            seq += 1
            if seq <= self.seq:
                continue
            self.seq = seq
            name = f"{epoch}-{self.seq}"
            record = RECORD.match(text)
            if record:
                time = day_start(*record.groups()[:3]) + clock(*record.groups()[3:7])
                received = came["at"] if came else time
                kind = "E" if came and came.get("kind") == "E" else "R"
                source, body = record[8], record[9]
            else:
                entry = ENTRY.match(text)
                if not entry:
                    continue
                time = received = file.day + clock(*entry.groups()[1:5])
                kind, source, body = entry[1], entry[6], entry[7]
            if kind == "E" and is_too_deep(body):
                continue
            content = body.encode("utf-8") if entry_is_json(kind, record) else raw(body)
            self.tell(
                "entry",
                seq=self.seq,
                id=name,
                kind=kind,
                received=received,
                time=time,
                source=source,
                text=content.decode("utf-8") if kind == "E" else body,
                bytes=content.hex(),
            )


def opened(value):
    match = OPEN.match(value)
    return match[1] if match else None


def epochs_of(files):
    """The epoch in front of each sound batch, by file and offset; empty where it is unknown."""
    epochs = {}
    # in front of the first damage that may hide a start, and the batches behind it: those behind the last one apart
    before, doubtful, since_last = "", True, []
    earlier = []
    for index, file in enumerate(files):
        at = 0
        for offset, stop, lines, _ in batches(file.data):
            at = stop
            if lines is None:
                if may_hide_open(file.data[offset:stop], before):
                    doubtful, earlier, since_last = True, earlier + since_last, []
                continue
            head = HEAD.match(lines[0]) if lines else None
            starts = [opened(n[6]) for n in map(notice_of, lines) if n and n[5] == "open"]
            said = head[1].decode() if head else None
            if head or any(starts):
                for place in earlier:
                    epochs[place] = said if said == before else ""
                for place in since_last:
                    epochs[place] = said or ""
                before_it = said if head else ("" if doubtful else before)
                epochs[index, offset] = before_it
                before = [epoch for epoch in [said, *starts] if epoch][-1]
                doubtful, earlier, since_last = False, [], []
            elif doubtful:
                since_last.append((index, offset))
                epochs[index, offset] = ""
            else:
                epochs[index, offset] = before
        if at < len(file.data) and may_hide_open(file.data[at:], before):
            doubtful, earlier, since_last = True, earlier + since_last, []
    return epochs


def notice_of(line):
    return NOTICE.match(line.decode("utf-8", "replace"))


def broken_end(data, start):
    """What a line closed at the very end that begins with `C ` and is none; None where a writer may go on there."""
    mark = data.rfind(b"\nC ", start)
    at = start if mark == -1 else mark + 1
    if data[at : at + 2] != b"C ":
        return None
    end = data.find(b"\n", at)
    if end != -1:
        return start, end + 1
    return None if COMMIT_START.match(data[at:]) else (start, len(data))


def is_too_deep(text):
    depth = 0
    for token in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token, 0)
        if depth > DEEPEST:
            return True
    return False


def entry_is_json(kind, record):
    """An E line holds JSON as it is; the same as an R line is escaped as any other text."""
    return kind == "E" and not record


if __name__ == "__main__":
    # an unfinished pair of surrogates in JSON is no concern of the journal's
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    Reader(sys.stdout).read(chain(sys.argv[1]))
