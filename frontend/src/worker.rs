//! What the editor's script calls, in its worker or in the page.

use app::workflows::worker;
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over what the account holds, as JSON.
#[wasm_bindgen]
pub fn hold(holdings: &str) {
    worker::hold(holdings);
}

/// Takes over what the language says about words.
#[wasm_bindgen]
pub fn know(vocabulary: String) {
    worker::know(vocabulary);
}

/// Asks something about a text; question and answer are JSON. `assist` is the export of the second file.
#[wasm_bindgen]
pub fn ask(assist: &Function, question: String, text: String) -> Result<String, JsValue> {
    worker::ask(assist, question, text)
}

/// Answers what `ask` was called with. It and all that only it needs are the second file.
#[wasm_bindgen]
pub fn assist() {
    worker::assist();
}
