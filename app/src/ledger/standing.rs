//! The sentence about whether the ledger is the one that was written.

use leptos::prelude::*;
use model::counted;
use service::LedgerStanding;

use crate::ui::icon::{Icon, Symbol};
use crate::ui::time::Time;

/// What of it is verified, and since when; or what is wrong with it.
pub(super) fn standing(standing: LedgerStanding) -> AnyView {
    let LedgerStanding {
        entries,
        checkpoint,
        verified_to,
        wrong,
        unproved,
    } = standing;
    if let Some(wrong) = wrong {
        return view! {
            <div class="notice notice-bad" role="alert">
                <Symbol icon=Icon::Alert/>
                <div>
                    <p><strong>"The ledger is not the one that was written. "</strong>{wrong}</p>
                    <p>
                        "Keep the database as it is, and run "<code>"relay ledger verify"</code>
                        " beside it, with a checkpoint that was kept elsewhere."
                    </p>
                </div>
            </div>
        }
        .into_any();
    }
    if let Some(unproved) = unproved {
        return view! {
            <div class="notice notice-bad" role="alert">
                <Symbol icon=Icon::Alert/>
                <div>
                    <p><strong>"Nothing here proves that the ledger is the one that was written. "</strong>{unproved}</p>
                    <p>
                        "Run "<code>"relay ledger verify"</code>" beside the key file. An engine that has the vault's \
                        key signs with it within a minute when the ledger has grown."
                    </p>
                </div>
            </div>
        }
        .into_any();
    }
    let Some((number, at)) = checkpoint else {
        return view! {
            <p class="note">
                <Symbol icon=Icon::Info/>
                <span>
                    {format!("{}. No engine has signed a checkpoint yet; the first one follows when an engine starts.", counted(entries, "entry", "entries"))}
                </span>
            </p>
        }
        .into_any();
    };
    let since = match verified_to.saturating_sub(number) {
        0 => "nothing came after it.".to_owned(),
        1 => "the entry since then follows from it.".to_owned(),
        more => format!("the {more} entries since then follow from it."),
    };
    let rest = (verified_to < entries).then(|| {
        format!(
            " Entries after {verified_to} wait for the next checkpoint: there are too many for a page."
        )
    });
    view! {
        <p class="note">
            <Symbol icon=Icon::Check/>
            <span>
                {format!("{}. Verified from entry {number} to {verified_to}: ", counted(entries, "entry", "entries"))}
                "an engine signed the last checkpoint, of entry "{number}", on "<Time at/>"; "{since}{rest}
                " Entries before it were verified when they were new. "<code>"relay ledger verify"</code>
                " walks all of them again."
            </span>
        </p>
    }
    .into_any()
}
