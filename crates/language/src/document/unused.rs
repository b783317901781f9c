//! What is declared and then never used.

use super::parameter::Parameter;
use super::uses::UsedNames;
use crate::code::Code;
use crate::diagnostic::shown;
use crate::findings::Findings;
use crate::reference::{Reference, Walker};
use crate::text::Span;
use crate::tree::{NodeId, Tree};

/// Complains about parameters that nothing refers to.
pub(super) fn parameters(declared: &[Parameter], used: &UsedNames, findings: &mut Findings<'_>) {
    if used.any_parameter {
        return;
    }
    for one in declared
        .iter()
        .filter(|one| !used.parameters.contains(&one.name))
    {
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

/// Complains about secrets in `locals` that no alias brings into a step or trigger.
pub(super) fn secrets(
    tree: &Tree<'_>,
    locals: NodeId,
    used: &UsedNames,
    findings: &mut Findings<'_>,
) {
    // Nothing in `locals` is evaluated, so nothing in it is wrong.
    let mut unheard = Findings::new("");
    let mut found = Vec::new();
    Walker::new(tree).walk(locals, &mut unheard, &mut found);
    for one in found {
        if let Reference::Secret { name } = &one.reference
            && !used.secrets.contains(&one.span)
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
