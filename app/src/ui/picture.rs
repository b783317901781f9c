//! A picture of steps: where each stands, and the lines between them.

use serde::{Deserialize, Serialize};

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Its width in pixels.
    pub width: i32,
    /// Its height in pixels.
    pub height: i32,
    /// The upper left corner of each step, in the order of the steps.
    pub steps: Vec<(i32, i32)>,
    /// The lines as SVG paths.
    pub lines: Vec<String>,
}

/// How large a step is drawn, in pixels.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// From left to right.
    pub width: i32,
    /// From top to bottom.
    pub height: i32,
}
