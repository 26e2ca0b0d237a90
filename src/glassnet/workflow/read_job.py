"""Reading the digits in photos of handwriting, one photo after another."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from traceback import extract_tb

from ..data import pictures_in
from ..data.readers.image import open_reduced
from ..errors import FileError, GlassnetError, OptionError
from ..handwriting.reader import Digit, Reading, read_photo
from ..handwriting.recognise import SURE
from ..io.opening import STDIN, open_named
from ..io.writing import require_distinct_paths, require_picture_place
from ..messages.message import Message, Place
from ..messages.option_spelling import Option
from ..messages.progress import counted_step
from ..model.model import Model
from ..options.job_parameters import require_declared
from ..options.spec import option, required
from . import parameters


@dataclass(frozen=True)
class PhotoResult:
    """The digits in a photo, or the error that prevented reading it; the other one is None.

    `scale` has the pixels of the upright image in the file per pixel that was read, across and down.
    """

    input: str
    reading: Reading | None
    error: GlassnetError | None = None
    scale: tuple[float, float] = (1.0, 1.0)

    def box_in_file(self, digit: Digit) -> tuple[int, int, int, int]:
        """Return the box of a digit in pixels of the image in the file, which was perhaps read at a reduced size."""
        assert self.reading is not None
        across, down = self.scale if self.reading.turned in (0, 180) else self.scale[::-1]
        left, top, right, bottom = digit.box
        return round(left * across), round(top * down), round(right * across), round(bottom * down)


def photos_in(sources: Sequence[str]) -> list[str]:
    """Return the files to read: of each folder all images in it and its subfolders, anything else unchanged."""
    photos = []
    for source in sources:
        pictures = pictures_in(source)
        if not pictures and source != "-" and os.path.isdir(source):
            raise FileError(
                "GN002", "{source}: no images in this folder. Name a folder with images, or an image.", source=source
            )
        photos += pictures or [source]
    return photos


@dataclass(frozen=True)
class ReadJob:
    """The photos to read, and the figures to draw of a single one."""

    photos: tuple[str, ...] = required("photos, or folders of them", argument="[MODEL] PHOTO...")
    sure: float = option(SURE, "mark digits with a confidence below this as '?'", low=0.0, high=1.0)
    plot: str | None = option(None, "draw the photo with boxes and predicted digits: PNG, PDF or SVG", metavar="FILE")
    stages: str | None = option(
        None, "draw every stage, from the photo to the model's input: PNG, PDF or SVG", metavar="FILE"
    )
    force: bool = parameters.force()
    language: str = parameters.language()

    def __post_init__(self) -> None:
        require_declared(self)


def read_photos(model: Model, photos: Sequence[str], *, sure: float = SURE) -> Iterator[PhotoResult]:
    """Read photos of handwritten digits one after another, because each takes about a hundred megabytes.

    Parameters
    ----------
    model : Model
        A model of 28 × 28 images.
    photos : sequence of str
        Files; ``"-"`` for standard input.
    sure : float
        Confidence below which a digit is uncertain, 0 to 1.

    Yields
    ------
    PhotoResult
        With an error for each photo that cannot be read; of a single photo, the error is raised.

    Examples
    --------
    >>> import glassnet
    >>> digit = glassnet.load_data("mnist", part="test").take([0])
    >>> path = glassnet.plots.save_digit(digit.inputs[0], "seven.png")
    >>> [one.reading.text for one in glassnet.read_photos(glassnet.shipped_model(), ["seven.png"])]
    ['7']
    """
    return read_and_draw(model, ReadJob(tuple(photos), sure))


def read_and_draw(model: Model, job: ReadJob) -> Iterator[PhotoResult]:
    """Read photos as `read_photos` does, and draw a single one."""
    photos, plot, stages, force = job.photos, job.plot, job.stages, job.force
    for target in (plot, stages):
        if target:
            require_picture_place(target, inputs=photos, overwrite=force)
    if (plot or stages) and len(photos) > 1:
        raise OptionError(
            "GN022",
            "{picture}, {stages}: {count} photos given, but only one can be drawn. Name one.",
            count=len(photos),
            picture=Option("plot"),
            stages=Option("stages"),
        )
    require_distinct_paths(plot=plot, stages=stages)
    what = Message("reading {photo}", photo=photos[0]) if len(photos) == 1 else Message("reading photographs")
    return (_read(model, photo, job, alone=len(photos) == 1) for photo in counted_step(what, photos, len(photos)))


def _read(model: Model, photo: str, job: ReadJob, *, alone: bool) -> PhotoResult:
    name = STDIN if photo == "-" else photo
    try:
        image, size = open_reduced(open_named(photo))
        reading = read_photo(model, image, job.sure)
    except Exception as raised:  # whatever it is, it must not cost the answers for the other photos
        problem = raised if isinstance(raised, GlassnetError) else _failure(name, raised)
        if not alone:
            return PhotoResult(name, None, problem)
        if problem is raised:
            raise
        raise problem from raised
    if job.plot or job.stages:
        from .. import plots

        if job.plot:
            plots.save(plots.draw_reading(reading, language=job.language), job.plot)
        if job.stages:
            plots.save(plots.draw_stages(reading, language=job.language), job.stages)
    return PhotoResult(name, reading, scale=(size[0] / image.width, size[1] / image.height))


def _failure(name: str, raised: Exception) -> GlassnetError:
    """Return the error of a photo for an exception that was not expected."""
    if isinstance(raised, MemoryError):
        return GlassnetError(
            "GN032", "{name}: not enough memory to read this image. Use one of fewer pixels.", name=name
        )
    place = extract_tb(raised.__traceback__)[-1]
    return GlassnetError(
        "GN086",
        "{name}: glassnet failed on this image ({kind} in {where}: {raised}). Please report it, with the image.",
        name=name,
        kind=type(raised).__name__,
        where=Place(os.path.basename(place.filename), line=place.lineno),
        raised=raised,
    )
