"""The one place below the door that chooses adapters: settings in, everything the indexer works with out."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from matcher.adapters.encoders import open_encoder
from matcher.adapters.faiss_index import FaissIndex
from matcher.adapters.milvus import MilvusIndex
from matcher.adapters.milvus_server import SCHEMES, MilvusServer
from matcher.adapters.model_folder import TERM_EMBEDDING, modules
from matcher.adapters.repeats_file import load_repeats
from matcher.adapters.shelves import Index, Parts
from matcher.analyser import Analyser
from matcher.completeness import Checker
from matcher.engine import Engine, View
from matcher.errors import BrokenGeneration, InvalidInput
from matcher.generations import Generations
from matcher.lexicon import Lexicon
from matcher.model import Kind
from matcher.overlay import PLAIN, Overlay
from matcher.ports import Reranker
from matcher.repeats import RepeatModel
from matcher.settings import Settings
from matcher.store import Store
from matcher.suspects import Finder
from matcher.taxonomy import Taxonomy
from matcher.weights import Weights
from matcher.wordbook import fitting

WEIGHTS_FILE, WEIGHTS_WITH_CONTEXT = "ranker.json", "ranker_context.json"
"""The ranker's weights without and with a context model."""

WORDS = "words"
"""The name of the house's own words in a manifest."""


@dataclass(frozen=True, eq=False)
class Workshop:
    """Everything between the settings and the engine. Without a `server` the vectors are searched here, by FAISS."""

    settings: Settings
    generations: Generations
    parts: Parts
    weights: Weights
    overlay: Overlay = PLAIN
    reranker: Reranker | None = None
    server: MilvusServer | None = None

    def index(self, generation: str, kind: Kind) -> Index:
        """What makes the vector index of one side of a new generation."""
        if self.server is None:
            return FaissIndex.build
        return partial(MilvusIndex.build, server=self.server, generation=generation, kind=kind)

    def engine(self, view: Callable[[], View]) -> Engine:
        """The engine over a view: a library's, or a fixed one."""
        parts = self.parts
        return Engine(parts.analyser, parts.encoder, parts.taxonomy, self.weights, view, self.reranker, parts.context)

    def read_store(self) -> Store:
        """The store for reading; the caller closes it."""
        return Store.open(self.settings.database_url, write=False)


def parts(settings: Settings, overlay: Overlay = PLAIN) -> Parts:
    """Analyser, encoder and taxonomy of an installation with the house's own words; the analyser's probe has passed.

    Raises InvalidInput for a bad data file, UnsafeModel for a bad model folder, Unavailable for a dead lexical arm.
    """
    analyser = Analyser.load(Lexicon.load(settings.data / "lexicon", overlay), settings.cache_folder)
    analyser.probe()
    taxonomy = Taxonomy.load(settings.data / "taxonomy", overlay)
    encoder = open_encoder(settings.encoder, analyser)
    context = context_folder(settings)
    return Parts(analyser, encoder, taxonomy, open_encoder(context, analyser) if context else None)


def context_folder(settings: Settings) -> Path | None:
    """Where the model lies that reads whole texts beside one that adds up terms; None where none is set, or where a
    site's own encoder reads whole texts itself."""
    return settings.context if TERM_EMBEDDING in modules(settings.encoder) else None


def weights(settings: Settings) -> Weights:
    """The ranker's weights: those beside the encoder when it brings its own, else the shipped ones, which are others
    with a context model than without."""
    own = settings.encoder / WEIGHTS_FILE
    shipped = settings.data / "models" / (WEIGHTS_WITH_CONTEXT if context_folder(settings) else WEIGHTS_FILE)
    return Weights.load(own if own.is_file() else shipped)


def open_reranker(settings: Settings) -> Reranker | None:
    """The re-ranking model, None where none is set; PyTorch is loaded only for one.

    Raises InvalidInput, UnsafeModel, or Unavailable when the library is missing.
    """
    if settings.reranker is None:
        return None
    from matcher.adapters.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(settings.reranker)


def open_server(settings: Settings) -> MilvusServer | None:
    """The server that SCENEMATCH_INDEX_URL names, not yet asked; None for FAISS.

    Raises InvalidInput for any other URL, Unavailable when the library is missing.
    """
    scheme = settings.index_url.partition(":")[0]
    if scheme == "faiss":
        return None
    if scheme not in SCHEMES:
        known = "、".join(f"{name}://" for name in ("faiss", *SCHEMES))
        raise InvalidInput(f"SCENEMATCH_INDEX_URL 只认以 {known} 开头的地址，现在以“{scheme}”开头。")
    return MilvusServer.of(settings.index_url, settings.index_folder)


def settle() -> None:
    """For a process that has loaded what it works with and now makes and drops many small objects: what is loaded stays
    and is not searched for garbage again, and garbage is looked for less often. Saves a fifth of a build's time, and
    pauses of a quarter of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def workshop(settings: Settings, overlay: Overlay | None = None) -> Workshop:
    """`overlay` None takes the house's own words that the published generation was built with, as far as they fit.

    With a re-ranking model its name is part of the weights' version: rankings depend on both. Raises what
    `open_server` raises.
    """
    generations = Generations(Path(settings.index_folder))
    server = open_server(settings)
    if overlay is None:
        overlay, _ = fitting(published_words(generations), settings.data)
    ranker, reranker = weights(settings), open_reranker(settings)
    if reranker is not None:
        ranker = replace(ranker, version=f"{ranker.version}+{reranker.name}")
    return Workshop(settings, generations, parts(settings, overlay), ranker, overlay, reranker, server)


def published_words(generations: Generations) -> Overlay:
    """The house's own words of the published generation; none before the first, or when it cannot be read."""
    try:
        name = generations.current()
        return Overlay.of_json(generations.manifest(name).extra.get(WORDS)) if name else PLAIN
    except BrokenGeneration:
        return PLAIN  # whoever opens that generation says what is wrong with it


def checker(shop: Workshop) -> Checker:
    """The completeness check with the tables of this installation. Raises InvalidInput for a bad table."""
    data, parts = shop.settings.data, shop.parts
    return Checker.load(data, parts.taxonomy, Lexicon.load(data / "lexicon").vague, parts.analyser.normalise.mapped)


def finder(shop: Workshop) -> Finder:
    """Finds repeated filings. With an encoder that the judge was not fitted with, only those of one owner."""
    parts = shop.parts
    judge: RepeatModel | None
    try:
        judge, anchors = load_repeats(shop.settings.data / "models", parts.encoder.name)
    except InvalidInput:
        judge, anchors = None, np.zeros((1, parts.encoder.dim), np.float32)
    return Finder(parts.analyser, parts.encoder, parts.profile, judge, anchors)
