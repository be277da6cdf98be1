"""One stream of an Ogg file (RFC 3533): its codec, and how long its pages play, whatever the positions in them say."""

from dataclasses import dataclass
from datetime import timedelta

from episodes.sound import samples

_OPUS_RATE = 48000
_OPUS_MOST = 5760  # samples of a packet (RFC 6716 §3.2.5)
_VORBIS_BLOCKS = (64, 8192)  # Vorbis I §4.2.2
_FLAC_MOST = 65535
_FULL = 255  # a lace of a packet that goes on
_CONTINUED, LAST = 1, 4  # bits of a page's type
_NUMBERS = 1 << 32
_NOTABLE = 1  # seconds a page may err


@dataclass(slots=True, kw_only=True)
class Stream:
    """One logical stream: files joined end to end have several.

    `longest` is the most samples that a packet plays; of Opus, whose packets tell, the longest that was seen. `short`
    is what a packet of Vorbis plays among short ones. `number`
    and `position` are those of the last page, `claimed` what its positions promise, `played` what its packets hold.
    """

    codec: str
    rate: int
    channels: int
    longest: int
    skip: int = 0
    number: int = 0
    position: int = 0
    claimed: int = 0
    played: int = 0
    skipped: int = 0
    finished: bool = False
    beheaded: bool = False
    gaps: int = 0
    repeated: int = 0
    astray: int = 0
    short: int = 0
    _packet: int = 0
    _block: int = 0

    def hear(self, kind: int, position: int, number: int, laces: bytes, body: bytes) -> None:
        """Note a page of sound: it plays as long as its position says, but not longer than its packets."""
        step = position - self.position
        follows = 0 < (number - self.number) % _NUMBERS <= 1 + self.skipped
        if follows and 0 < step <= len(laces) * self.longest:
            self.claimed += step
            self.played += step
        elif position > 0:
            self._judge(step, self._holds(kind, laces, body), follows=follows)
        else:
            self.played += self._holds(kind, laces, body)
            self.gaps += not follows
        self.number, self.skipped = number, 0
        self.position = position if position > 0 else self.position
        self.finished = self.finished or bool(kind & LAST)

    def _judge(self, step: int, holds: int, *, follows: bool) -> None:
        """Note a page that does not simply go on: its position is `step` beyond the last, its packets hold `holds`."""
        self.played += step if 0 < step <= holds or (step == 0 and follows) else holds
        if not self.position:  # a recording cut out of a running broadcast does not begin at 0
            self.claimed = self.played
            self.beheaded = not follows
            return
        self.claimed += step
        if follows:
            self.astray += not self.skipped and abs(step - holds) >= self.rate * _NOTABLE
        elif step > 0:
            self.gaps += 1
        else:
            self.repeated += 1

    def leap(self, pages: int, position: int) -> None:
        """Note pages that follow one another and play as long as the last position says."""
        self.number += pages
        self.played += position - self.position
        self.claimed += position - self.position
        self.position = position

    @property
    def duration(self) -> timedelta:
        """How long it plays."""
        return samples(self.played - self.skip, self.rate)

    @property
    def promised(self) -> timedelta:
        """How long it plays for those who trust its positions."""
        return samples(self.claimed - self.skip, self.rate)

    def position_after(self, duration: timedelta) -> int:
        """Return the position at which it has played for the whole seconds of `duration`."""
        return self.position - self.played + self.skip + duration // timedelta(seconds=1) * self.rate

    def _holds(self, kind: int, laces: bytes, body: bytes) -> int:
        """Return how many samples the packets hold that end in a page, at most."""
        if self.codec == "flac":
            return (len(laces) - laces.count(_FULL)) * self.longest
        total, at, begins = 0, 0, not kind & _CONTINUED
        for lace in laces:
            if begins:
                packet = body[at : at + min(lace, 2)]
                self._packet = _opus_samples(packet) if self.codec == "opus" else self._vorbis_samples(packet)
                self.longest = max(self.longest, self._packet)
            begins = lace < _FULL
            total += self._packet if begins else 0
            at += lace
        return total

    def _vorbis_samples(self, packet: bytes) -> int:
        """Return how many samples a Vorbis packet adds: half of its block and of the one before overlap (§4.3.8).

        Its second bit is the mode, and of the two modes that encoders write the second is that of the long block.
        """
        before, self._block = self._block, self.longest if packet[:1] and packet[0] & 2 else self.short
        return (before + self._block) // 2 if before else 0


def stream_of(packet: bytes) -> Stream | None:
    """Return the stream that begins with a packet, None where it is no sound that is known."""
    if packet[:7] == b"\x01vorbis" and len(packet) >= 29:
        rate = int.from_bytes(packet[12:16], "little")
        least, most = _VORBIS_BLOCKS
        short, long = (min(max(1 << size, least), most) // 2 for size in (packet[28] & 15, packet[28] >> 4))
        return Stream(codec="vorbis", channels=packet[11], rate=rate, longest=long, short=short)
    if packet[:8] == b"OpusHead" and len(packet) >= 12:
        skip = int.from_bytes(packet[10:12], "little")
        return Stream(codec="opus", channels=packet[9], rate=_OPUS_RATE, longest=0, skip=skip)
    if packet[:5] == b"\x7fFLAC" and len(packet) >= 35:
        packed = int.from_bytes(packet[27:35], "big")
        longest = int.from_bytes(packet[19:21], "big") or _FLAC_MOST
        return Stream(codec="flac", channels=(packed >> 41 & 7) + 1, rate=packed >> 44, longest=longest)
    return None


def _opus_samples(packet: bytes) -> int:
    """Return how many samples an Opus packet holds: its first byte tells the frames and their size (RFC 6716 §3.1)."""
    if not packet:
        return 0
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        frame = (480, 960, 1920, 2880)[config & 3]
    else:
        frame = 480 << (config & 1) if config < 16 else 120 << (config & 3)
    count = packet[1] & 0x3F if code == 3 and len(packet) > 1 else (1, 2, 2, 0)[code]
    return count * frame if count * frame <= _OPUS_MOST else 0
