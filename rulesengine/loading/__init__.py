"""From files to packs: read, check the shape, merge, check names and types, build, check what the rules mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from rulesengine.diagnostics import Diagnostic, PackError, did_you_mean, finding, in_order
from rulesengine.document import Node
from rulesengine.loading import merge
from rulesengine.loading.building import build, digest_of
from rulesengine.loading.citing import check_citations
from rulesengine.loading.keeping import Basis, basis_of
from rulesengine.loading.meaning import check_meaning
from rulesengine.loading.naming import entries, string
from rulesengine.loading.packs import find_pack, is_bare, unknown_pack
from rulesengine.loading.register import check_statements, read_register
from rulesengine.loading.shape import check_shape
from rulesengine.pack import Pack

__all__ = [
    "Basis",
    "basis_of",
    "check_pack",
    "find_pack",
    "load_pack",
    "read_pack",
    "rebuilt",
]

#: rules times variants and readings: more than any marketplace has, checked in a second or two
MOST_CHECKED = 15_000


def load_pack(name: str | Path, *, variant: str = "", readings: Mapping[str, str] | None = None) -> Pack:
    """Load a pack that can be run, by path or by the name of a shipped one.

    PackError with every finding where it has errors, or is only a template.
    """
    pack, found = _load(find_pack(name), variant, readings or {})
    errors = [d for d in found if d.severity == "error"]
    if pack is not None and pack.abstract and not errors:
        errors.append(
            finding(
                "RE515",
                pack.document.span,
                f"'{pack.name}' is a template and cannot be run.",
                "Load a pack that extends it.",
            )
        )
    if errors or pack is None:
        raise PackError(errors)
    return pack


def read_pack(path: str | Path, *, all_findings: bool = False) -> tuple[Pack | None, list[Diagnostic]]:
    """A pack that may be a template, and its findings; None where it cannot be built. With errors it is not fit to be
    used.

    `all_findings`: those that `check_pack` gives, for who both uses a pack and shows what is wrong with it.
    """
    pack, found = _load(find_pack(path), "", {}, statements=all_findings)
    if all_findings and pack is not None and not any(d.severity == "error" for d in found):
        found.extend(_found_again(pack, found))
    return pack, in_order(found) if all_findings else found


def check_pack(path: str | Path) -> list[Diagnostic]:
    """Every finding about a pack, sorted by place: all its variants and readings are looked at as well."""
    return read_pack(path, all_findings=True)[1]


def _found_again(pack: Pack, found: list[Diagnostic]) -> list[Diagnostic]:
    """What is wrong with a sound pack under another variant or reading; what several bring about is told once."""
    variants = [variant for variant in pack.variants if variant != pack.variant]
    readings = [(name, r) for name, offered in merge.offered_readings(pack.document).items() for r in offered]
    rules = sum(1 for process in pack.processes.values() for _ in process.rules)
    if rules * (len(variants) + len(readings)) > MOST_CHECKED:
        place = pack.document.keys.get("variants", pack.document.keys["processes"])
        message = f"The pack has {rules} rules under {len(variants) + len(readings)} other variants and readings: "
        return [finding("RE206", place, message + "too many to check them all.", "Divide the pack.")]
    others: list[tuple[str, str, dict[str, str]]] = [(f"the variant '{variant}'", variant, {}) for variant in variants]
    others += [(f"the reading '{reading}' of '{name}'", pack.variant, {name: reading}) for name, reading in readings]
    basis = basis_of(pack)
    again = []
    for what, variant, chosen in others:
        report: list[Diagnostic] = []
        other = _again(basis, variant, chosen, report)
        again.append((what, report + check_meaning(other, pack)))
    return list({d: _under(what, d) for what, told in reversed(again) for d in told if d not in found}.values())


def _under(what: str, found: Diagnostic) -> Diagnostic:
    """A finding about a pack that has no errors otherwise, with what brings it about."""
    return msgspec.structs.replace(found, message=f"Under {what}: {found.message}")


def rebuilt(pack: Pack, variant: str, readings: Mapping[str, str], basis: Basis | None = None) -> Pack:
    """The same pack under another variant and other readings. PackError where there is no such variant or reading.

    `basis` is `basis_of(pack)`, for who asks more than once.
    """
    if variant == pack.variant and dict(readings) == dict(pack.readings):
        return pack
    report: list[Diagnostic] = []
    _check_choice(pack, variant, readings, report)
    if not report:
        again = _again(basis or basis_of(pack), variant, readings, report)
    errors = [d for d in report if d.severity == "error"]
    if errors:
        raise PackError(errors)
    return again


def _check_choice(pack: Pack, variant: str, readings: Mapping[str, str], report: list[Diagnostic]) -> None:
    place = pack.document.span
    if variant and variant not in pack.variants:
        report.append(
            finding("RE310", place, f"There is no variant '{variant}'.", did_you_mean(variant, pack.variants))
        )
    offered = merge.offered_readings(pack.document)
    for name, reading in readings.items():
        if name not in offered:
            report.append(finding("RE310", place, f"'{name}' offers no readings.", did_you_mean(name, offered)))
        elif reading not in offered[name]:
            report.append(
                finding("RE310", place, f"'{name}' has no reading '{reading}'.", did_you_mean(reading, offered[name]))
            )


def _again(basis: Basis, variant: str, readings: Mapping[str, str], report: list[Diagnostic]) -> Pack:
    """A sound pack built anew; only what is different is read again."""
    pack = basis.pack
    told: list[Diagnostic] = []
    again = build(
        pack.document,
        file=pack.file,
        variant=variant,
        readings=readings,
        digest=pack.digest,
        registers=pack.registers,
        sources=None,
        report=told,
        basis=basis,
    )
    report.extend(_but_for_what_is_left_open(again, told))
    return again


def _but_for_what_is_left_open(pack: Pack, found: list[Diagnostic]) -> list[Diagnostic]:
    """The findings, of a template without those about values that the packs that extend it give."""
    return [d for d in found if d.code != "RE514"] if pack.abstract else found


def _load(
    path: Path, variant: str, readings: Mapping[str, str], *, statements: bool = False
) -> tuple[Pack | None, list[Diagnostic]]:
    """The pack and its findings. `statements`: those of its register are accounted for as well."""
    if is_bare(str(path)) and not path.exists():
        return None, [unknown_pack(str(path))]
    report: list[Diagnostic] = []
    document, chain = merge.read_chain(path, report)
    if document is None:
        return None, report
    if len(chain) > 1:
        # each document of a chain may leave out what another gives: only the whole has to be whole
        shape = check_shape(document, "pack", merged=True)
        report.extend(shape)
        if any(d.severity == "error" for d in shape):
            return None, report
    sources = read_register(chain, report)
    pack = build(
        document,
        file=str(path),
        variant=variant or _usual_variant(document),
        readings=readings,
        digest=digest_of(document),
        registers=sources.files,
        sources=sources.ids,
        report=report,
    )
    before: list[Diagnostic] = []
    _check_choice(pack, variant, readings, before)
    report.extend(before)
    report = _but_for_what_is_left_open(pack, report)
    if not any(d.severity == "error" for d in report):
        report.extend(check_meaning(pack))
    if statements and sources.ids is not None:
        told = {(d.code, d.span) for d in report}
        report.extend(d for d in check_citations(document, sources.ids) if (d.code, d.span) not in told)
        report.extend(check_statements(chain, document, sources))
    # a word with an error of its own needs no doubt beside it
    wrong = {d.span for d in report if d.severity == "error"}
    return pack, [d for d in report if d.code != "RE110" or d.span not in wrong]


def _usual_variant(document: Node) -> str:
    """The variant a pack is built under when none is asked for: its default, else its first; "" without variants."""
    names = [name for name, _ in entries(document, "variants")]
    usual = string(document, "default_variant")
    return usual if usual in names else (names[0] if names else "")
