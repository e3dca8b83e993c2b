"""The composition root: one object that opens a shop's folder and wires the rooms together."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from shelfwise.asking import asked
from shelfwise.audience import EVENTS, Audience
from shelfwise.behaviour.base import EventLog, Profile, ProfileStore, Receipt
from shelfwise.behaviour.profiles.facts import CatalogFacts, IndexFacts
from shelfwise.behaviour.profiles.store import LiveProfiles
from shelfwise.beside import Beside, beside_of
from shelfwise.catalog import Catalog
from shelfwise.catalog.base import Offer
from shelfwise.catalog.store import SqlCatalogStore
from shelfwise.encoders import Encoders
from shelfwise.errors import ShelfwiseError, ShopError
from shelfwise.founding import PICTURES, file_in, found, set_settings
from shelfwise.indexing import Progress, build_generation
from shelfwise.language.base import Encoder
from shelfwise.language.encoders.identity import identified
from shelfwise.live import Follower
from shelfwise.opening import open_searcher
from shelfwise.preparing import Preparing
from shelfwise.recommend.asking import Ask
from shelfwise.recommend.fitting import Progress as FitProgress
from shelfwise.recommending import Recommender
from shelfwise.retrieval.base import FacetRequest, Plan
from shelfwise.retrieval.generations import Generation, Generations
from shelfwise.retrieval.labels import Labels
from shelfwise.searcher import Searcher
from shelfwise.serving import Serving
from shelfwise.settings import FILE, EncoderSettings, Settings, read_settings
from shelfwise.slate import Recommendations, Slate
from shelfwise.types import Event, Facet, Filter, Product, Query, Review, Suggestion
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.rewrite.rewriter import rewriter_of

DATABASE = "shop.db"


class Shop:
    """A shop that can be filled, indexed and searched. Threads may share it; several may be open in one process.

    >>> import tempfile
    >>> from shelfwise import Product
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Shop.create(f"{folder}/shop", {"encoder.kind": "none"}) as shop:
    ...         _ = shop.upsert([Product("1", "red shoes"), Product("2", "blue hat")])
    ...         _ = shop.index()
    ...         [product.id for product in shop.search("red shoe").products]
    ['1']
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        ids: Callable[[], str] = lambda: uuid.uuid4().hex,
        reread: Callable[[], Settings] | None = None,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self._reread = reread or (lambda: settings)
        self.labels = Labels.read(folder / settings.search.labels)
        store = SqlCatalogStore.open(settings.shop.database or folder / DATABASE)
        self.catalog = Catalog(store, folder, settings.shop.currency)
        self._store = store
        self.generations = Generations(folder / "index")
        self.audience = Audience(
            settings.shop.database or folder / EVENTS, settings, store, clock=clock, profiles=self._profiles
        )
        self._clock = clock
        self._ids = ids
        self.encoders = Encoders(folder, lambda: self.settings.encoder)
        self._rewriter = rewriter_of(settings, folder=folder)
        self._serving = Serving(self.generations, store, self.encoders, self.labels, self._opened)
        self._follower: Follower | None = None
        self._preparing: Preparing | None = None
        self.recommender = Recommender(
            folder, settings.recommend, store, self.audience, self.searcher, labels=self.labels, clock=clock, ids=ids
        )

    # --- opening ---------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, folder: str | Path, flags: Mapping[str, Any] | None = None) -> Shop:
        """A new shop in a folder. `flags` are settings by dotted name, kept in its settings file.

        Raises ShopError when there is a shop already, SettingsError for settings that cannot be used, StorageError
        when the disk refuses.
        """
        file = found(Path(folder), flags or {})
        try:
            return cls.open(folder)
        except ShelfwiseError:
            file.unlink()  # so that it can be tried again with other settings
            raise

    @classmethod
    def open(cls, folder: str | Path, flags: Mapping[str, Any] | None = None) -> Shop:
        """The shop of a folder. Raises ShopError when there is none, SettingsError for a bad settings file."""
        path = Path(folder)
        if not (path / FILE).is_file():
            raise ShopError(f"{path} is not a shop: it has no {FILE}.", hint=f"Make one with: shelfwise init {path}")
        return cls(path, read_settings(path, flags=flags), reread=lambda: read_settings(path, flags=flags))

    def close(self) -> None:
        """Stop following changes and let go of files. Nothing needs saving."""
        if self._follower is not None:
            self._follower.close()
        if self._preparing is not None:
            self._preparing.close()
        self._serving.close()
        self.encoders.close()
        if self._rewriter is not None:
            self._rewriter.close()
        self.audience.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- searching -------------------------------------------------------------------------------------------

    def search(
        self,
        query: Query | str,
        *,
        shopper: str | None = None,
        filters: Filter | Mapping[str, Any] | None = None,
        limit: int | None = None,
        offset: int | None = None,
        **options: Any,
    ) -> Slate:
        """The page of products that answers a query: a text with options (fields of `Query`), or a whole `Query`.

        Raises InputError for options or filters that cannot be used, NoIndexError before the first `index`.
        """
        query = asked(query, limit, offset, shopper=shopper, filters=filters or None, **options)
        return self.searcher().search(query, self._ids(), self.recommender.tastes(query.shopper))

    def understand(self, query: Query | str, **options: Any) -> Understanding:
        """What a query means, without a search: corrections, constraints, intent, category, and how each was found.

        Raises InputError for options that cannot be used, NoIndexError before the first `index`.
        """
        return self.searcher().understand(asked(query, **options))

    def suggest(self, prefix: str, limit: int = 8) -> list[Suggestion]:
        """What the beginning of a query may become: products, categories, brands, past queries."""
        return self.searcher().suggest(prefix, limit)

    def similar(self, id: str, limit: int = 8) -> Slate:
        """Products like one product. Raises NotFoundError for an unknown id."""
        return self.searcher().similar(id, limit, self._ids())

    def product(self, id: str) -> Product | None:
        """A product as the catalogue has it now."""
        return next(iter(self._store.get([id])), None)

    def products(self, ids: Sequence[str]) -> list[Product]:
        """Products as the catalogue has them now, in the order asked; unknown ids are left out."""
        return self._store.get(ids)

    def reviews(self, product: str, limit: int = 20, offset: int = 0) -> list[Review]:
        """Reviews of a product, the newest first."""
        return self._store.reviews(product, limit, offset)

    def categories(self) -> Facet:
        """The category tree with counts."""
        plan = Plan(facets=(FacetRequest("category", "tree", 200),), limit=0)
        facet = self.searcher().reader.search(plan).facets[0]
        return self.searcher().labelled(facet)

    def picture(self, path: str) -> Path | None:
        """A file of the shop's pictures folder; None for what is not there or would lie outside it."""
        return file_in(self.folder / PICTURES, path)

    # --- shoppers --------------------------------------------------------------------------------------------

    def record(self, events: Event | Sequence[Event]) -> Receipt:
        """Keep what shoppers did: durable when it returns. What cannot be taken is told in the receipt.

        Raises StorageError when nothing was acknowledged, BusyError when too much is waiting.
        """
        return self.audience.record(events)

    def profile(self, shopper: str) -> Profile:
        """What is believed of a shopper now; of a stranger, an empty profile."""
        return self.audience.profile(shopper)

    def forget(self, shopper: str) -> int:
        """Remove all that is known of a shopper, for good; how many events that were."""
        count = self.audience.forget(shopper)
        self.recommender.forget(shopper)
        return count

    def merge(self, visitor: str, customer: str) -> int:
        """An anonymous visitor turns out to be this customer: how many events became theirs. Raises InputError."""
        return self.audience.merge(visitor, customer)

    def _profiles(self, log: EventLog) -> ProfileStore:
        return LiveProfiles(log, CatalogFacts(self._store, self._index_facts))

    def _index_facts(self) -> IndexFacts | None:
        """What profiles take from the index in service; nothing where there is none that can be opened."""
        try:
            return self.searcher().facts
        except ShelfwiseError:
            return None

    def recommend(
        self,
        shopper: str | None = None,
        placement: str = "home",
        *,
        seeds: Sequence[str] = (),
        category: str | None = None,
        query: str | None = None,
        limit: int = 12,
        exclude: Sequence[str] = (),
        region: str | None = None,
    ) -> Recommendations:
        """Rows of products for a place of the shop's pages, each with its reason.

        shopper: for whom; None or a stranger gets what is not personal. seeds: the products it is about (of the page,
        of the cart). limit: products in a row. exclude: products that must not come. Raises InputError.
        """
        return self.recommender.recommend(
            Ask(shopper, placement, tuple(seeds), category, query, limit, tuple(exclude), region)
        )

    def fit_recommender(self, progress: FitProgress = lambda done, total: None) -> str:
        """Fit all that recommends on log and catalogue, and serve it; the name of the generation. An interrupted fit
        goes on where it was. Raises StorageError; what was served goes on then."""
        return self.recommender.fit(progress)

    # --- writing ---------------------------------------------------------------------------------------------

    def upsert(self, products: Sequence[Product]) -> int:
        """Add or replace products: durable and visible when it returns; how many differed from before."""
        count = self._store.upsert(products)
        self.catch_up()
        return count

    def patch(self, offers: Sequence[Offer]) -> tuple[int, tuple[str, ...]]:
        """Change prices and stock: how many products were found, and the ids of those not found."""
        patched = self._store.patch(offers)
        self.catch_up()
        return patched

    def delete(self, ids: Sequence[str]) -> int:
        """Take products out: how many there were."""
        count = self._store.delete(ids)
        self.catch_up()
        return count

    def index(
        self,
        past_queries: Iterable[tuple[str, int]] = (),
        progress: Progress | None = None,
        *,
        encoder: EncoderSettings | None = None,
    ) -> Generation:
        """Build a generation of the whole catalogue and serve it; the old one is kept for `rollback`.

        Vectors of texts that were encoded before come from the cache, so an interrupted run goes on where it was.
        encoder: another than that of the settings; once the generation is complete, the settings file names it. Until
        then the old one is served, by its own encoder.
        """
        wanted = encoder or self.settings.encoder
        about = self.encoders.about(wanted)
        generation = build_generation(
            self.generations,
            self._store,
            self.encoders.load(identified(wanted, about)),
            self.labels,
            clock=self._clock,
            about_encoder=about,
            past_queries=past_queries,
            progress=progress or (lambda done, total: None),
            complete=lambda: None if encoder is None else self._adopt(about),
        )
        self.catch_up()
        return generation

    def _adopt(self, about: Mapping[str, Any]) -> None:
        set_settings(self.folder, "encoder", about)
        self._reread_encoder()

    def rollback(self) -> Generation:
        """Serve the generation before the current one. Changes since then are replayed from the catalogue."""
        generation = self.generations.rollback()
        self.catch_up()
        return generation

    # --- staying current -------------------------------------------------------------------------------------

    def follow(self) -> None:
        """From now on, make visible what other processes change, within a second, and prepare recommendations of
        shoppers who are expected (a server calls this)."""
        if self._follower is None:
            self._follower = Follower(self.catch_up)
            if self.settings.recommend.prepared:
                self._preparing = Preparing(self.recommender.expected.read, self.recommender.prepare)

    def catch_up(self) -> int:
        """Make visible what changed since the last look; how many products that was."""
        count = self._serving.catch_up()
        self.recommender.catch_up()
        return count

    def searcher(self) -> Searcher:
        """The open index, opened by the first call. Raises NoIndexError, CorruptIndexError."""
        return self._serving.searcher()

    def _opened(self) -> Searcher:
        self._reread_encoder()  # another process may have promoted one
        return open_searcher(self.generations, self.encoders.of, self._beside)

    def _beside(self, encoder: Encoder | None) -> Beside:
        return beside_of(self.folder, self.settings, self.labels, encoder, self._rewriter)

    def _reread_encoder(self) -> None:
        self.settings = self.settings.model_copy(update={"encoder": self._reread().encoder})

    def encoder(self) -> Encoder | None:
        """The encoder of the shop's settings with its cache, loaded by the first call; the next index is built with
        it. That of the index in service is `searcher().encoder`."""
        return self.encoders.of_settings()

    # --- state -----------------------------------------------------------------------------------------------

    def ready(self) -> bool:
        """Whether searches can be answered."""
        try:
            self.searcher()
        except ShelfwiseError:
            return False
        return True

    def state(self) -> str:
        """What searches are answered from; another text after every change. Raises NoIndexError, CorruptIndexError."""
        searcher = self.searcher()
        return f"{searcher.generation.name}/{searcher.revision}"

    def status(self) -> dict[str, object]:
        """What is open: generation, products, revision, encoder, and what is missing or out of date."""
        return {
            "name": self.settings.shop.name,
            "products": self._store.count(),
            "revision": self._store.revision(),
            **self._serving.status(),
        }
