//! What is declared and then never used.

use crate::code::Code;
use crate::diagnostic::shown;
use crate::findings::Findings;
use crate::reference::{Reference, Walker};
use crate::requirement::Gathering;
use crate::text::Span;
use crate::tree::{NodeId, Tree};

/// Complains about parameters that nothing refers to.
pub(super) fn parameters(gathering: &Gathering, findings: &mut Findings<'_>) {
    for one in gathering.unused_parameters() {
        findings.warning(
            Code::UnusedParameter,
            Span::new(one.place.start, one.place.end),
            format_args!(
                "no step and no trigger uses the parameter {}; use it or remove it",
                shown(&one.name)
            ),
        );
    }
}

/// Complains about secrets in `locals` that no alias brings into a step or trigger; `walker` has
/// been through all of those.
pub(super) fn secrets(
    tree: &Tree<'_>,
    locals: NodeId,
    walker: &Walker<'_, '_>,
    findings: &mut Findings<'_>,
) {
    // Nothing in `locals` is evaluated, so nothing in it is wrong.
    let mut unheard = Findings::new("");
    let mut found = Vec::new();
    Walker::new(tree).walk(locals, &mut unheard, &mut found);
    for one in found {
        if let Reference::Secret { name } = &one.reference
            && !walker.came_by(one.node)
        {
            findings.warning(
                Code::UnusedSecret,
                one.span,
                format_args!(
                    "no step and no trigger uses the secret {} from here; refer to it with an \
                     alias or remove it",
                    shown(name)
                ),
            );
        }
    }
}
