//! Where steps stand in a picture of them, and how the lines between them go.
//!
//! The layering is a library's (`rust-sugiyama`). It places boxes and says nothing of lines, so a
//! line that passes other layers gets a narrow box of its own in each of them and goes through
//! their middles: that way no line runs through a step.

use std::collections::HashMap;
use std::fmt::Write as _;

use rust_sugiyama::configure::Config;
use rust_sugiyama::from_vertices_and_edges;

use super::picture::{Picture, Size};

/// More steps than this are listed and not drawn: nobody finds anything in such a picture.
const MOST_STEPS: usize = 300;

/// More boxes than this, those of passing lines counted, take the library too long.
const MOST_BOXES: usize = 2_000;

/// The room a passing line takes in a layer.
const LANE: f64 = 12.0;

/// Between boxes of one layer, and between the parts of a picture.
const GAP: f64 = 28.0;

/// Between layers.
const LAYER_GAP: f64 = 36.0;

/// Around the whole picture, so that the outline of a focused step is not cut.
const MARGIN: f64 = 6.0;

/// Parts that hang together with nothing else stand beside each other up to this width.
const SHELF: f64 = 1_000.0;

/// The picture of steps that each have a name and the names of those they need; none when there are
/// too many or too few to be worth one.
pub fn picture<'s>(
    steps: impl ExactSizeIterator<Item = (&'s str, &'s [String])> + Clone,
    size: Size,
) -> Option<Picture> {
    let count = steps.len();
    if count == 0 || count > MOST_STEPS {
        return None;
    }
    let names = steps.clone().map(|(name, _)| name);
    let index: HashMap<&str, usize> = names.zip(0..).collect();
    let mut needs: Vec<(usize, usize)> = Vec::new();
    for (step, (_, needed)) in steps.enumerate() {
        let known = needed.iter().filter_map(|name| index.get(name.as_str()));
        needs.extend(known.map(|needed| (*needed, step)));
    }
    let layers = layers(count, &needs)?;
    let boxes = Boxes::new(count, &needs, &layers, size)?;
    Some(boxes.drawn(count))
}

/// The longest way to each step; none when steps wait for each other in a circle.
fn layers(count: usize, needs: &[(usize, usize)]) -> Option<Vec<usize>> {
    let mut layers = vec![0; count];
    for _ in 0..=count {
        let mut settled = true;
        for (needed, step) in needs {
            let below = layers[*needed] + 1;
            if layers[*step] < below {
                layers[*step] = below;
                settled = false;
            }
        }
        if settled {
            return Some(layers);
        }
    }
    None
}

/// Every box the library places, the steps first, and the lines between boxes of adjoining layers.
struct Boxes {
    /// Of a step.
    step: Size,
    sizes: Vec<(u32, (f64, f64))>,
    links: Vec<(u32, u32)>,
    /// For each line of the picture, the boxes it goes through.
    ways: Vec<Vec<usize>>,
}

impl Boxes {
    fn new(count: usize, needs: &[(usize, usize)], layers: &[usize], step: Size) -> Option<Self> {
        let height = f64::from(step.height) + LAYER_GAP - GAP;
        let mut sizes = vec![(f64::from(step.width), height); count];
        let mut ways = Vec::new();
        for (needed, needing) in needs {
            let mut way = vec![*needed];
            for _ in layers[*needed] + 1..layers[*needing] {
                way.push(sizes.len());
                sizes.push((LANE, height));
            }
            way.push(*needing);
            ways.push(way);
            if sizes.len() > MOST_BOXES {
                return None;
            }
        }
        let number = |index: usize| u32::try_from(index).ok();
        let mut links = Vec::new();
        for pair in ways.iter().flat_map(|way| way.windows(2)) {
            links.push((number(pair[0])?, number(pair[1])?));
        }
        let numbered = sizes.into_iter().enumerate();
        let sizes = numbered.map(|(index, size)| Some((number(index)?, size)));
        Some(Self {
            step,
            sizes: sizes.collect::<Option<_>>()?,
            links,
            ways,
        })
    }

    fn drawn(&self, count: usize) -> Picture {
        let (step_width, step_height) = (f64::from(self.step.width), f64::from(self.step.height));
        let config = Config {
            vertex_spacing: GAP,
            // Swapping neighbours makes it prettier, and large pictures slow.
            transpose: self.sizes.len() < 400,
            ..Config::default()
        };
        let parts = from_vertices_and_edges(&self.sizes, &self.links, &config);
        let mut middles = vec![(0.0, 0.0); self.sizes.len()];
        let (mut left, mut top, mut lowest, mut rightmost) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
        let mut parts: Vec<_> = parts.into_iter().map(|(places, ..)| places).collect();
        // The part of the first step first, whatever order the library found them in.
        parts.sort_by_key(|places| places.iter().map(|(number, _)| *number).min());
        for places in parts {
            let edge = |of: fn(f64, f64) -> f64, at: fn(&Placed) -> f64, start: f64| {
                places.iter().map(at).fold(start, of)
            };
            let half = |number: usize| self.sizes[number].1.0 / 2.0;
            let from = places
                .iter()
                .map(|(number, (x, _))| x - half(*number))
                .fold(f64::INFINITY, f64::min);
            let to = places
                .iter()
                .map(|(number, (x, _))| x + half(*number))
                .fold(f64::NEG_INFINITY, f64::max);
            let above = edge(f64::min, |(_, (_, y))| *y, f64::INFINITY);
            let below = edge(f64::max, |(_, (_, y))| *y, f64::NEG_INFINITY);
            if left > 0.0 && left + (to - from) > SHELF {
                left = 0.0;
                top = lowest + LAYER_GAP;
            }
            for (number, (x, y)) in &places {
                middles[*number] = (
                    MARGIN + left + x - from,
                    MARGIN + top + y - above + step_height / 2.0,
                );
            }
            rightmost = rightmost.max(left + to - from);
            lowest = lowest.max(top + below - above + step_height);
            left += to - from + GAP;
        }
        let corner =
            |(x, y): (f64, f64)| (pixel(x - step_width / 2.0), pixel(y - step_height / 2.0));
        Picture {
            width: pixel(rightmost + 2.0 * MARGIN),
            height: pixel(lowest + 2.0 * MARGIN),
            steps: middles[..count].iter().copied().map(corner).collect(),
            lines: self
                .ways
                .iter()
                .map(|way| line(way, &middles, self.step.height / 2))
                .collect(),
        }
    }
}

/// A box with its middle, as the library places it.
type Placed = (usize, (f64, f64));

#[expect(
    clippy::cast_possible_truncation,
    reason = "a picture of a few hundred steps is a few ten thousand pixels wide"
)]
fn pixel(at: f64) -> i32 {
    at.round() as i32
}

/// From the lower edge of one step to the upper edge of the other, bent between the layers and
/// straight through those it passes.
fn line(way: &[usize], middles: &[(f64, f64)], half: i32) -> String {
    let mut path = String::new();
    for pair in way.windows(2) {
        let ((x1, y1), (x2, y2)) = (middles[pair[0]], middles[pair[1]]);
        let (x1, y1) = (pixel(x1), pixel(y1) + half);
        let (x2, y2) = (pixel(x2), pixel(y2) - half);
        let between = i32::midpoint(y1, y2);
        let begin = if path.is_empty() { 'M' } else { 'L' };
        // Writing to a `String` cannot fail.
        let _ = write!(
            path,
            "{begin}{x1} {y1}C{x1} {between} {x2} {between} {x2} {y2}"
        );
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size {
        width: 196,
        height: 52,
    };

    fn drawn(needs: &[&[usize]]) -> Option<Picture> {
        let name = |index: usize| format!("step-{index}");
        let steps: Vec<(String, Vec<String>)> = needs
            .iter()
            .enumerate()
            .map(|(index, needs)| (name(index), needs.iter().copied().map(name).collect()))
            .collect();
        let steps = steps
            .iter()
            .map(|(name, needs)| (name.as_str(), needs.as_slice()));
        picture(steps, SIZE)
    }

    /// That every step stands inside the picture and on no other.
    fn check(picture: &Picture) {
        for (index, (x, y)) in picture.steps.iter().enumerate() {
            assert!(
                *x >= 0 && x + SIZE.width <= picture.width,
                "{index} in {picture:?}"
            );
            assert!(
                *y >= 0 && y + SIZE.height <= picture.height,
                "{index} in {picture:?}"
            );
            for (other, (x2, y2)) in picture.steps.iter().enumerate().skip(index + 1) {
                let apart = (x - x2).abs() >= SIZE.width || (y - y2).abs() >= SIZE.height;
                assert!(apart, "{index} on {other} in {picture:?}");
            }
        }
    }

    #[test]
    fn a_step_stands_below_those_it_needs() {
        let needs: [&[usize]; 6] = [&[], &[0], &[0], &[1, 2], &[0, 3], &[]];
        let picture = drawn(&needs).unwrap();
        check(&picture);
        for (step, needed) in needs.iter().enumerate() {
            for needed in *needed {
                assert!(picture.steps[step].1 > picture.steps[*needed].1);
            }
        }
        assert_eq!(picture.lines.len(), 6);
    }

    #[test]
    fn steps_that_need_nothing_stand_in_rows() {
        let picture = drawn(&[&[] as &[usize]; 40]).unwrap();
        check(&picture);
        assert!(f64::from(picture.width) <= SHELF + 2.0 * MARGIN);
    }

    #[test]
    fn many_graphs_have_no_step_on_another() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % below as u64).unwrap()
        };
        for count in 1..60 {
            let needs: Vec<Vec<usize>> = (0..count)
                .map(|step| {
                    (0..random(4))
                        .filter(|_| step > 0)
                        .map(|_| random(step.max(1)))
                        .collect()
                })
                .collect();
            let needs: Vec<&[usize]> = needs.iter().map(Vec::as_slice).collect();
            check(&drawn(&needs).unwrap());
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_not() {
        assert!(drawn(&[]).is_none());
        assert!(drawn(&[&[] as &[usize]; MOST_STEPS + 1]).is_none());
        assert!(drawn(&[&[1], &[0]]).is_none(), "a circle");
        let all: Vec<usize> = (0..MOST_STEPS).collect();
        let dense: Vec<&[usize]> = (0..MOST_STEPS).map(|step| &all[..step]).collect();
        assert!(drawn(&dense).is_none(), "too many lines");
    }
}
