//! The order of steps: which waits for which, and that none waits for itself in the end.

use std::collections::HashMap;
use std::fmt;

use crate::code::Code;
use crate::diagnostic::shown;
use crate::findings::Findings;
use crate::text::Span;

/// One step waiting for another, and where the text says so.
pub(crate) struct Edge {
    pub(crate) to: String,
    pub(crate) span: Span,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    /// On the path from where the search began, at this place.
    OnPath(usize),
    Done,
}

/// Finds steps that wait for each other, and complains about each circle of steps once.
pub(crate) fn check_cycles(steps: &[(&str, &[Edge])], findings: &mut Findings<'_>) {
    let mut numbers = HashMap::new();
    for (at, (name, _)) in steps.iter().enumerate() {
        numbers.entry(*name).or_insert(at);
    }
    let mut marks = vec![Mark::New; steps.len()];
    let mut reported = vec![false; steps.len()];
    // Each step of the path with the edge to look at next.
    let mut path: Vec<(usize, usize)> = Vec::new();
    for start in 0..steps.len() {
        if marks[start] == Mark::New {
            marks[start] = Mark::OnPath(0);
            path.push((start, 0));
        }
        while let Some((step, next)) = path.last_mut() {
            let (step, edge) = (*step, steps[*step].1.get(*next));
            *next += 1;
            let Some(edge) = edge else {
                marks[step] = Mark::Done;
                path.pop();
                continue;
            };
            let Some(to) = numbers.get(edge.to.as_str()).copied() else {
                continue;
            };
            match marks[to] {
                Mark::New => {
                    marks[to] = Mark::OnPath(path.len());
                    path.push((to, 0));
                }
                // A step that waits for itself has a complaint of its own, and further circles
                // through steps of a known one are likely to go with it.
                Mark::OnPath(from) if to != step && !reported[to] && !reported[step] => {
                    let circle: Vec<usize> = path[from..].iter().map(|(one, _)| *one).collect();
                    for one in &circle {
                        reported[*one] = true;
                    }
                    findings.error(Code::DependencyCycle, edge.span, Circle { circle, steps });
                }
                Mark::OnPath(_) | Mark::Done => {}
            }
        }
    }
}

struct Circle<'s> {
    circle: Vec<usize>,
    steps: &'s [(&'s str, &'s [Edge])],
}

impl fmt::Display for Circle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 12;
        f.write_str("these steps wait for each other and none can start: ")?;
        for step in self.circle.iter().take(LONGEST) {
            write!(f, "{} → ", shown(self.steps[*step].0))?;
        }
        if self.circle.len() > LONGEST {
            f.write_str("… → ")?;
        }
        if let Some(first) = self.circle.first() {
            write!(f, "{}", shown(self.steps[*first].0))?;
        }
        f.write_str("; remove one of these dependencies")
    }
}
