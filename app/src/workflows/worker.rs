//! What the editor asks of the language, in a worker where there is one and else in the page.
//!
//! Both run the same WASM. The language is behind [`assist`], which the build cuts off into a second
//! file: the page shows what the server has found in the text and needs no language until somebody
//! touches the editor. So nothing that the page runs at its start may call [`super::assist`].
//!
//! Texts and answers cross as strings: the answers are JSON that the editor's script reads.

use std::cell::RefCell;

use js_sys::Function;
use language::Library;
use leptos::serde_json;
use model::Holdings;
use wasm_bindgen::JsValue;

/// A question on its way to [`assist`], and its answer on the way back.
#[derive(Default)]
struct Exchange {
    question: String,
    text: String,
    answer: String,
}

thread_local! {
    static HOLDINGS: RefCell<Holdings> = RefCell::default();
    static VOCABULARY: RefCell<String> = RefCell::default();
    static EXCHANGE: RefCell<Exchange> = RefCell::default();
}

/// What the account holds, from now on. Whatever cannot be read changes nothing.
pub fn hold(holdings: &str) {
    if let Ok(holdings) = serde_json::from_str(holdings) {
        HOLDINGS.set(holdings);
    }
}

/// What the language says about words, from now on.
pub fn know(vocabulary: String) {
    VOCABULARY.set(vocabulary);
}

/// Has a question answered by `assist`, which is the export of that name of the second file. Where that fails, this
/// instance of the WASM is not to be asked again.
pub fn ask(assist: &Function, question: String, text: String) -> Result<String, JsValue> {
    EXCHANGE.set(Exchange {
        question,
        text,
        answer: String::new(),
    });
    assist.call0(&JsValue::NULL)?;
    Ok(EXCHANGE.take().answer)
}

/// Answers the question that [`ask`] has laid ready.
pub fn assist() {
    let Exchange { question, text, .. } = EXCHANGE.take();
    let answer = HOLDINGS.with_borrow(|holdings| {
        VOCABULARY.with_borrow(|vocabulary| {
            let library = Library::new(vocabulary);
            super::assist::answer(&question, &text, holdings, library)
        })
    });
    EXCHANGE.with_borrow_mut(|exchange| exchange.answer = answer);
}
