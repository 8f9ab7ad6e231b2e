"""Figures as the tables of docs/quality.md. Everything here is read from docs/quality.json and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Figures = Mapping[str, Any]

ENGINE = "SceneMatch"
NONE = "—"
WHOLE = "This half lists too few demands without answer, so the no-answer AUC is that of the whole collection."
KINDS = ("marked", "random")
METRICS = (
    ("nDCG@10 (95 % interval)", "ndcg@10"),
    ("linear nDCG@10", "ndcg_linear@10"),
    ("recall@10", "recall@10"),
    ("hit@1", "hit@1"),
    ("hit@3", "hit@3"),
    ("MRR@10", "mrr@10"),
)


def sections(figures: Figures) -> dict[str, str]:
    """Section → its Markdown."""
    return {name: make(figures) for name, make in SECTIONS.items()}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left and the others to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def mean(figure: Figures | None) -> str:
    """0.931, or a dash for a figure that does not exist."""
    return NONE if figure is None or figure["mean"] is None else f"{figure['mean']:.3f}"


def interval(figure: Figures | None) -> str:
    """0.931 [0.902, 0.957]."""
    if figure is None or figure["mean"] is None:
        return NONE
    return f"{figure['mean']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


def chance(p: float | None) -> str:
    """A p value; one below what was drawn is said to be below it."""
    return NONE if p is None else ("<0.001" if p < 0.001 else f"{p:.3f}")


def measured(figures: Figures) -> str:
    """What everything was measured with."""
    made = figures["measured"]
    versions = ", ".join(f"{name} {value}" for name, value in made["versions"].items())
    rows = [[key, str(made[key])] for key in ("date", "encoder", "weights", "analyser", "taxonomy", "machine")]
    return table(["", ""], [*rows, ["versions", versions]])


def runs(evaluation: Figures) -> str:
    """Every run × metric of one evaluation, with the abstention figures where there are any."""
    abstention, removed = evaluation["abstention_auc"], evaluation["abstention_auc_answers_removed"]
    head = ["", METRICS[0][0], "p", *(name for name, _ in METRICS[1:])]
    head += ["no-answer AUC", "answers-removed AUC"] if abstention else []
    rows = []
    for name, columns in evaluation["runs"].items():
        row = [name, interval(columns["ndcg@10"]), chance(columns["ndcg@10"].get("p_permutation"))]
        row += [mean(columns[key]) for _, key in METRICS[1:]]
        row += [interval(abstention.get(name)), mean(removed.get(name))] if abstention else []
        rows.append(row)
    return table(head, rows)


def collection(name: str) -> Callable[[Figures], str]:
    """The section of one gold collection: its report half, and the tune half and everything in short."""

    def make(figures: Figures) -> str:
        splits = figures["collections"][name]
        report = splits["report"]
        short = [
            [split, str(e["queries"]), *(mean(e["runs"][ENGINE][key]) for _, key in METRICS)]
            for split, e in splits.items()
        ]
        return "\n\n".join(
            [
                f"Report half: {report['queries']} demands, {report['solutions']} solutions; "
                f"dense share of the convex combination {report['convex_dense_share']}, fitted on the tune half. "
                f"Expected calibration error of the grade: {interval(report['calibration_error'])} "
                f"over {report['calibration_error']['n']} shown matches.",
                runs(report),
                *([WHOLE] if report["notes"] else []),
                f"{ENGINE} by split:",
                table(["split", "demands", *(title.split(" (")[0] for title, _ in METRICS)], short),
            ]
        )

    return make


def ablation(figures: Figures) -> str:
    """Feature × collection: what leaving it out costs."""
    names = list(figures["collections"])
    whole = {name: figures["collections"][name]["all"]["ablations"] for name in names}
    features = sorted(
        {feature for losses in whole.values() for feature in losses},
        key=lambda f: (-sum(whole[n][f]["loss"]["mean"] for n in names if f in whole[n]), f),
    )
    rows = [[f, *(cell for n in names for cell in _loss(whole[n].get(f)))] for f in features]
    return table(["feature left out", *(cell for n in names for cell in (f"loss on {n}", "p"))], rows)


def _loss(entry: Figures | None) -> tuple[str, str]:
    return (f"{entry['loss']['mean']:+.4f}", chance(entry["p"])) if entry else (NONE, NONE)


def public(figures: Figures) -> str:
    """The runs of every public retrieval set."""
    if not figures["public"]:
        return "Not measured yet."
    parts = []
    for name, evaluation in figures["public"].items():
        made = f"{evaluation['queries']} queries, {evaluation['solutions']} passages; {evaluation['date']}"
        parts += [f"**{name}**: {made}, encoder {evaluation['encoder']}", runs(evaluation)]
    return "\n\n".join(parts)


def robustness(figures: Figures) -> str:
    """Variant × collection: nDCG@10 and its drop."""
    names = list(figures["robustness"])
    variants = list(figures["robustness"][names[0]]["variants"])
    clean = ["as filed", *(cell for n in names for cell in (mean(figures["robustness"][n]["clean"]), NONE))]
    rows = [
        [
            v,
            *(
                c
                for n in names
                for e in [figures["robustness"][n]["variants"][v]]
                for c in (mean(e["reached"]), _drop(e))
            ),
        ]
        for v in variants
    ]
    return table(["variant", *(cell for n in names for cell in (n, "drop (95 % interval)"))], [clean, *rows])


def _drop(entry: Figures) -> str:
    mean, low, high = (round(entry["drop"][key], 3) + 0.0 for key in ("mean", "low", "high"))  # + 0.0: no minus nought
    return f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"


def faithfulness(figures: Figures) -> str:
    """The deletion test by collection, and by whose marks were deleted."""
    rows = [
        [f"{name}, {marks}", str(e["share"]["n"]), interval(e["share"]), *(mean(e[f"points_lost_{k}"]) for k in KINDS)]
        for name, by_marks in figures["faithfulness"].items()
        for marks, e in by_marks.items()
    ]
    return table(["", "matches", "share that passes (95 % interval)", *(f"points lost: {k}" for k in KINDS)], rows)


def completeness(figures: Figures) -> str:
    """What the completeness check asks, against what a person would ask."""
    found = figures["completeness"]
    counts = [str(found[name]) for name in ("demands", "asked", "missing")]
    shares = [f"{found[name]:.3f}" for name in ("precision", "recall", "kept", "silly")]
    head = ["demands", "questions asked", "things missing", "precision", "recall", "kept", "silly"]
    return table(head, [counts + shares])


def repeats(figures: Figures) -> str:
    """The judge of repeated demands: by half, by kind of pair, and its weights."""
    entry = figures["repeats"]
    halves = [
        [
            *(name, str(half["pairs"]), f"{half['f1']:.3f} [{half['f1_low']:.3f}, {half['f1_high']:.3f}]"),
            *(f"{half[key]:.3f}" for key in ("precision", "recall", "auc")),
        ]
        for name, half in entry["halves"].items()
    ]
    kinds = [[kind, str(e["pairs"]), f"{e['right']:.3f}"] for kind, e in entry["kinds"].items()]
    weights = [[name, f"{weight:.2f}"] for name, weight in entry["weights"].items()]
    return "\n\n".join(
        [
            table(["half", "pairs", "F1 (95 % interval)", "precision", "recall", "AUC"], halves),
            table(["kind of pair (report half)", "pairs", "judged rightly"], kinds),
            table(["likeness", "weight"], weights),
        ]
    )


def probes(figures: Figures) -> str:
    """Probe × system."""
    engines = figures["probes"]
    names = list(engines[ENGINE]["passed"])
    head = ["probe", "reported in", *engines]
    rows = [
        [name, engines[ENGINE]["reports"][name], *(_mark(engine["passed"].get(name)) for engine in engines.values())]
        for name in names
    ]
    totals = ["**passed**", "", *(_total(engine["passed"]) for engine in engines.values())]
    made = ["version", "", *(engine["version"] for engine in engines.values())]
    return table(head, [*rows, totals, made])


def _mark(passed: bool | None) -> str:
    return NONE if passed is None else ("yes" if passed else "**no**")


def _total(passed: Mapping[str, bool]) -> str:
    return f"{sum(passed.values())} of {len(passed)}" if passed else NONE


SECTIONS: Mapping[str, Callable[[Figures], str]] = {
    "measured": measured,
    "dev": collection("dev"),
    "lists": collection("lists"),
    "hard": collection("hard"),
    "ablation": ablation,
    "public": public,
    "robustness": robustness,
    "faithfulness": faithfulness,
    "completeness": completeness,
    "repeats": repeats,
    "probes": probes,
}
"""Section of the page → how it is made."""
