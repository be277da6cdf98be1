"""Make the demo material: two spoken episodes, their transcripts and the show cover.

Everything comes from the texts and shapes in this file, by espeak-ng, sox and lame, and is the same bytes on every run
with the same tools. The voices are synthetic; no real person is quoted.

    python docs/demo/make_audio.py [FOLDER]
"""

import io
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from mutagen.id3 import APIC, CHAP, COMM, CTOC, ID3, TALB, TCON, TDRC, TIT2, TLAN, TPE1, TRCK, CTOCFlags, PictureType
from mutagen.mp3 import MP3
from PIL import Image, ImageDraw, ImageFont

SAMPLE_RATE = 44_100
BITRATE = 56  # kbit/s, constant; at 48 a frame is too short for the Info header
TITLE_FONT = "DejaVuSansCondensed-Bold.ttf"
CHORDS = ((392.00, 493.88, 587.33), (440.00, 523.25, 659.25), (523.25, 659.25, 783.99))  # hertz: G, a minor, C
NO_OFFSET = 0xFFFFFFFF  # ID3v2 chapters: times count, byte offsets do not

# Words espeak-ng stresses or splits wrongly in German, in its phonemes.
PHONEMES = MappingProxyType(
    {
        "Kommunen-Podcast": "[[kOm'u:n@np,Otkast]]",
        "Schneidewind": "[[Sn'aId@v,Int]]",
        "Diensteid": "[[d'i:nst_|,aIt]]",
        "Kolleg:innen": "[[kOl'e:g_!'In@n]]",
        "Festival": "[[f'EstIval]]",
        "K360": "[[k'A:dr,aIhUnd3tz'ECtsIC]]",
        "2024": "[[tsvaIt'aUz@ntf,i:r_|Unttsv'antsIC]]",
    }
)


@dataclass(frozen=True, kw_only=True)
class Voice:
    """An espeak-ng variant; pitch 0-99, speed in words a minute."""

    variant: str
    pitch: int
    speed: int = 175


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one voice says without a break; `chapter` names the chapter that starts here."""

    speaker: str
    text: str
    chapter: str = ""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A line and where it is heard, in samples."""

    line: Line
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Look:
    """Colours of a cover; a turtle takes the place of the town when asked."""

    ground: str
    bars: tuple[str, ...]
    window: str
    turtle: bool = False


@dataclass(frozen=True, kw_only=True)
class Demo:
    """One demo episode: what is said, by whom, and what its file says about it."""

    name: str
    number: int
    title: str
    published: str
    description: str
    look: Look
    voices: Mapping[str, Voice]
    lines: tuple[Line, ...] = field(default=())


SHOW_LOOK = Look(ground="#12304f", bars=("#f5b700", "#f2684c", "#2bb3a3"), window="#12304f")

DIENSTEID = Demo(
    name="diensteid",
    number=1,
    title="Brauchen wir einen Diensteid für Transformation?",
    published="2024-12-03",
    description=(
        "Verwaltung hält sich an Recht und Gesetz: Das macht sie verlässlich und manchmal langsam. "
        "Wie Mut dazukommt, ist das Thema dieser Folge mit Uwe Schneidewind, Oberbürgermeister der Stadt Wuppertal. "
        "Diese Datei ist eine synthetische Vorführung; der Gast ist darin nicht zu hören."
    ),
    look=Look(ground="#5b1a3a", bars=("#f5b700", "#ffffff", "#f2684c"), window="#5b1a3a"),
    voices={"Moderation": Voice(variant="f2", pitch=48, speed=180), "Redaktion": Voice(variant="m3", pitch=40)},
    lines=(
        Line(
            speaker="Moderation",
            text="Dies ist eine synthetische Vorführung: Alle Stimmen kommen aus dem Computer.",
            chapter="Begrüßung",
        ),
        Line(
            speaker="Moderation",
            text="Hier ist der Kommunen-Podcast. Wir fragen: Brauchen wir einen Diensteid für Transformation?",
        ),
        Line(
            speaker="Redaktion",
            text="Zu Gast ist Uwe Schneidewind, Oberbürgermeister der Stadt Wuppertal. "
            "In dieser Vorführung ist er nicht zu hören.",
        ),
        Line(
            speaker="Moderation",
            text="Verwaltung hält sich an Recht und Gesetz. Das macht sie verlässlich, und manchmal langsam.",
            chapter="Verlässlich und langsam",
        ),
        Line(
            speaker="Redaktion",
            text="Wie kommt da der Mut hinein? Wer gibt Mitarbeiter:innen Rückendeckung, wenn ein Versuch misslingt?",
        ),
        Line(
            speaker="Moderation",
            text="Zwei Fragen für Ihr Rathaus: Wo dürfen Sie etwas ausprobieren? Und was würden Sie schwören?",
            chapter="Zwei Fragen für Ihr Rathaus",
        ),
        Line(speaker="Redaktion", text="Schreiben Sie uns. Bis zur nächsten Folge!"),
    ),
)

SCHILDKROETEN = Demo(
    name="schildkroeten",
    number=2,
    title="Weg mit der Agilität, her mit den Schildkröten!",
    published="2024-12-10",
    description=(
        "Was wünschen sich Menschen aus der Verwaltung für die Verwaltung, und was lieber nicht? "
        "Viele Stimmen, wie auf dem K360-Festival 2024 in Berlin. "
        "Diese Datei ist eine synthetische Vorführung; alle Wünsche sind erfunden."
    ),
    look=Look(ground="#12504a", bars=("#f5b700", "#8fd14f", "#2bb3a3"), window="#12504a", turtle=True),
    voices={
        "Moderation": Voice(variant="f2", pitch=48, speed=180),
        "Stimme aus dem Bauamt": Voice(variant="m3", pitch=35),
        "Stimme aus der Kämmerei": Voice(variant="f4", pitch=60, speed=185),
        "Stimme aus dem Jugendamt": Voice(variant="f5", pitch=40, speed=170),
        "Stimme aus dem Bürgerbüro": Voice(variant="m7", pitch=55, speed=180),
        "Stimme aus der Bibliothek": Voice(variant="m1", pitch=25, speed=155),
    },
    lines=(
        Line(
            speaker="Moderation",
            text="Dies ist eine synthetische Vorführung: Alle Stimmen und Wünsche sind erfunden.",
            chapter="Sommer in Berlin",
        ),
        Line(
            speaker="Moderation",
            text="Der Kommunen-Podcast denkt zurück an das K360-Festival 2024 in Berlin.",
        ),
        Line(speaker="Moderation", text="Was wünschen Sie sich für Ihre Verwaltung?"),
        Line(
            speaker="Stimme aus dem Bauamt",
            text="Ein Formular, das auf eine Seite passt.",
            chapter="Her damit!",
        ),
        Line(speaker="Stimme aus der Kämmerei", text="Kolleg:innen, die zuerst fragen: Wem hilft das?"),
        Line(speaker="Stimme aus dem Jugendamt", text="Halbe Lösungen, die schon am Montag funktionieren."),
        Line(speaker="Moderation", text="Und was wünschen Sie sich nicht?", chapter="Bitte nicht!"),
        Line(speaker="Stimme aus dem Bürgerbüro", text="Noch ein Schlagwort auf noch einem Plakat."),
        Line(
            speaker="Stimme aus der Bibliothek",
            text="Weg mit der Agilität, her mit den Schildkröten! Wer langsam geht, nimmt alle mit.",
            chapter="Her mit den Schildkröten!",
        ),
        Line(speaker="Moderation", text="Bleiben Sie gepanzert. Bis zur nächsten Folge!"),
    ),
)


def run(*command: str) -> None:
    """Run a tool; its complaint is shown when it fails."""
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def samples(path: Path) -> bytes:
    """The 16-bit mono samples of a WAV file at SAMPLE_RATE."""
    with wave.open(str(path), "rb") as source:
        assert (source.getnchannels(), source.getsampwidth(), source.getframerate()) == (1, 2, SAMPLE_RATE)
        return source.readframes(source.getnframes())


def silence(seconds: float) -> bytes:
    return bytes(2 * round(seconds * SAMPLE_RATE))


def jingle(folder: Path) -> bytes:
    """Three plucked chords going up."""
    parts = []
    for place, chord in enumerate(CHORDS):
        path = folder / f"chord-{place}.wav"
        length = 0.45 if place < len(CHORDS) - 1 else 0.9
        voices = [word for hertz in chord for word in ("sine", f"{hertz:.2f}")]
        synth = ["synth", f"{length}", *voices, "remix", "-"]
        shape = ["fade", "q", "0.01", f"{length}", f"{length * 0.9:.3f}", "gain", "-n", "-9"]
        run("sox", "-D", "-r", str(SAMPLE_RATE), "-c", str(len(chord)), "-n", "-b", "16", str(path), *synth, *shape)
        parts.append(samples(path))
    return b"".join(parts)


def speak(line: Line, voice: Voice, folder: Path) -> bytes:
    """One line as samples, without the silence espeak-ng puts around it, at an even level."""
    text = line.text
    for word, phonemes in PHONEMES.items():
        text = text.replace(word, phonemes)
    raw, clean = folder / "raw.wav", folder / "clean.wav"
    how = ("-v", f"de+{voice.variant}", "-p", str(voice.pitch), "-s", str(voice.speed))
    run("espeak-ng", "-b", "1", *how, "-w", str(raw), text)
    trim = ("silence", "1", "0.02", "0.5%", "reverse") * 2
    run("sox", "-D", str(raw), "-b", "16", str(clean), "rate", str(SAMPLE_RATE), *trim, "gain", "-n", "-3")
    return samples(clean)


def record(demo: Demo, folder: Path) -> tuple[bytes, tuple[Spoken, ...]]:
    """The whole episode as samples, and where each line is heard in it."""
    sound = bytearray(jingle(folder) + silence(0.3))
    spoken = []
    for place, line in enumerate(demo.lines):
        if place and line.chapter:
            sound += silence(0.5)
        start = len(sound) // 2
        sound += speak(line, demo.voices[line.speaker], folder)
        spoken.append(Spoken(line=line, start=start, end=len(sound) // 2))
        sound += silence(0.35)
    sound += silence(0.4)
    return bytes(sound), tuple(spoken)


def encode(sound: bytes, target: Path, folder: Path) -> None:
    """Write samples as constant-bitrate MP3; lame adds its Info header."""
    path = folder / "episode.wav"
    with wave.open(str(path), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(SAMPLE_RATE)
        sink.writeframes(sound)
    quality = ("--cbr", "-b", str(BITRATE), "-m", "m", "-q", "2", "--resample", f"{SAMPLE_RATE / 1000}")
    run("lame", "--silent", "--noreplaygain", *quality, str(path), str(target))


def chapters(spoken: Sequence[Spoken], length: int) -> Iterator[CHAP]:
    """ID3v2 chapters that follow each other without a gap, the first at 0; length and times in milliseconds."""
    starts = [(milliseconds(part.start), part.line.chapter) for part in spoken if part.line.chapter]
    starts[0] = (0, starts[0][1])
    ends = [start for start, _ in starts[1:]] + [length]
    for number, ((start, title), end) in enumerate(zip(starts, ends, strict=True), start=1):
        yield CHAP(
            element_id=f"chp{number}",
            start_time=start,
            end_time=end,
            start_offset=NO_OFFSET,
            end_offset=NO_OFFSET,
            sub_frames=[TIT2(encoding=1, text=[title])],
        )


def tag(target: Path, demo: Demo, spoken: Sequence[Spoken]) -> None:
    """Write the tags as ID3v2.3, the version every player reads; the date becomes TYER and TDAT."""
    length = int(MP3(target).info.length * 1000)
    parts = list(chapters(spoken, length))
    names = [part.element_id for part in parts]
    tags = ID3()
    tags.add(TIT2(encoding=1, text=[demo.title]))
    tags.add(TPE1(encoding=1, text=["Kommunen-Podcast-Redaktion"]))
    tags.add(TALB(encoding=1, text=["Kommunen-Podcast"]))
    tags.add(TRCK(encoding=0, text=[str(demo.number)]))
    tags.add(TDRC(encoding=0, text=[demo.published]))
    tags.add(TCON(encoding=0, text=["Podcast"]))
    tags.add(TLAN(encoding=0, text=["deu"]))
    tags.add(COMM(encoding=1, lang="deu", desc="", text=[demo.description]))
    picture = jpeg(cover(demo.look, 300))
    tags.add(APIC(encoding=0, mime="image/jpeg", type=PictureType.COVER_FRONT, desc="Cover", data=picture))
    flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
    tags.add(CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[]))
    for part in parts:
        tags.add(part)
    tags.update_to_v23()
    tags.save(target, v1=0, v2_version=3, padding=lambda _: 0)


def milliseconds(place: int) -> int:
    return place * 1000 // SAMPLE_RATE


def timestamp(place: int) -> str:
    """A place in samples as WebVTT writes it, to the millisecond."""
    seconds, thousandths = divmod(milliseconds(place), 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{thousandths:03}"


def transcript(demo: Demo, spoken: Sequence[Spoken]) -> str:
    """The spoken text as WebVTT, one cue a line, with who says it."""
    cues = [
        f"{number}\n{timestamp(part.start)} --> {timestamp(part.end)}\n<v {part.line.speaker}>{part.line.text}</v>"
        for number, part in enumerate(spoken, start=1)
    ]
    return "\n\n".join(["WEBVTT", f"NOTE {demo.title} (synthetische Vorführung)", *cues]) + "\n"


def cover(look: Look, size: int) -> Image.Image:
    """A square cover: a town whose houses are the bars of a sound level, or a turtle, above the show's name."""
    image = Image.new("RGB", (2800, 2800), look.ground)
    draw = ImageDraw.Draw(image)
    if look.turtle:
        turtle(draw, look)
    else:
        town(draw, look)
    font = ImageFont.truetype(TITLE_FONT, 440)
    for text, baseline in (("Kommunen-", 2090), ("Podcast", 2540)):
        draw.text((1400, baseline), text, fill="#ffffff", font=font, anchor="ms")
    return image.resize((size, size), Image.Resampling.BOX)


def town(draw: ImageDraw.ImageDraw, look: Look) -> None:
    width, gap, floor = 330, 76, 1560
    heights = (420, 860, 1080, 1300, 860, 640)
    left = (2800 - len(heights) * width - (len(heights) - 1) * gap) // 2
    for place, height in enumerate(heights):
        x, top = left + place * (width + gap), floor - height
        colour = look.bars[place % len(look.bars)]
        roof = [(x, top + 165), (x + width // 2, top), (x + width, top + 165)]
        draw.polygon([*roof, (x + width, floor), (x, floor)], fill=colour)
        for y in range(top + 240, floor - 160, 220):
            for side in (60, width - 60 - 84):
                draw.rectangle((x + side, y, x + side + 84, y + 110), fill=look.window)


def turtle(draw: ImageDraw.ImageDraw, look: Look) -> None:
    shell, skin, feet = look.bars
    draw.rounded_rectangle((2030, 700, 2560, 1110), radius=200, fill=skin)
    draw.rectangle((1900, 1000, 2260, 1330), fill=skin)
    draw.ellipse((2350, 800, 2440, 890), fill=look.window)
    draw.polygon([(330, 1330), (620, 1100), (620, 1330)], fill=skin)
    for x in (640, 1640):
        draw.rounded_rectangle((x, 1200, x + 360, 1580), radius=110, fill=feet)
    draw.pieslice((420, 330, 2180, 2330), start=180, end=360, fill=shell)
    draw.line(
        [(980, 760), (1300, 560), (1620, 760), (1620, 1080), (1300, 1280), (980, 1080), (980, 760)], look.window, 64
    )
    for start, end in (
        ((1300, 330), (1300, 560)),
        ((980, 760), (700, 650)),
        ((1620, 760), (1900, 650)),
        ((980, 1080), (760, 1330)),
        ((1620, 1080), (1840, 1330)),
    ):
        draw.line([start, end], look.window, 64)


def jpeg(image: Image.Image) -> bytes:
    sink = io.BytesIO()
    image.save(sink, "JPEG", quality=75, optimize=True)
    return sink.getvalue()


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    cover(SHOW_LOOK, 1400).save(folder / "cover.png", optimize=True)
    for demo in (DIENSTEID, SCHILDKROETEN):
        target = folder / f"{demo.name}.mp3"
        with tempfile.TemporaryDirectory() as scratch:
            sound, spoken = record(demo, Path(scratch))
            encode(sound, target, Path(scratch))
        tag(target, demo, spoken)
        (folder / f"{demo.name}.vtt").write_text(transcript(demo, spoken), encoding="utf-8", newline="\n")
        print(f"{target.name}: {target.stat().st_size} bytes, {MP3(target).info.length:.3f} s")


if __name__ == "__main__":
    main()
