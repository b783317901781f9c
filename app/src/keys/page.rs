//! `/keys`

use leptos::prelude::*;
use model::counted;
use service::{KeyView, RotationState, RotationView};

use crate::page::{Answer, Page, Request, Section};
use crate::ui::notice::Notice;
use crate::ui::state::{State, Tone};
use crate::ui::time::Time;

/// Loads the page again while a rotation is under way. Without it there is a link that does.
const LOOK_AGAIN: &str = "setTimeout(() => location.reload(), 2000);";

/// The keys, how many values each has, and how far a rotation is.
pub async fn page(request: Request) -> Answer {
    let found = request
        .service
        .keys(&request.caller.administrator()?)
        .await?;
    let returned = request.returned;
    let under_way = found
        .rotation
        .as_ref()
        .is_some_and(RotationView::is_under_way);
    let page = Page::new("Keys", Section::Keys, move || {
        let unopenable = found.keys.iter().map(|key| key.unopenable).sum::<u64>();
        view! {
            <div class="heading">
                <div>
                    <h1>"Keys"</h1>
                    <p class="lead">
                        "Every value is sealed to a key of the vault. Only an engine has the private half."
                    </p>
                </div>
            </div>
            {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
            {rotation(found.rotation)}
            {(unopenable > 0).then(|| view! {
                <p class="note">
                    {format!("{} can't be opened. ", counted(unopenable, "value", "values"))}
                    <a href="/connections">"The list of connections"</a>
                    {if unopenable == 1 { " says which; overwrite it." } else { " says which; overwrite them." }}
                </p>
            })}
            <div class="table-scroll">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Key"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Since"</th>
                            <th scope="col">"Values"</th>
                        </tr>
                    </thead>
                    <tbody>{found.keys.into_iter().rev().map(line).collect_view()}</tbody>
                </table>
            </div>
            <section class="card rotate">
                <h2>"Rotate the key"</h2>
                <p>
                    "A new key takes the place of the current one, and every value is sealed to it. The values "
                    "themselves are not opened, and nobody has to wait meanwhile. Keep a copy of the new key: the "
                    "old one opens nothing but earlier backups then."
                </p>
                <p>
                    "Where the key is not a file in the data directory, lay the new key ready first: see "
                    <a href="/docs/keys">"The vault’s keys"</a>"."
                </p>
                <form method="post" action="/fn/rotate_key">
                    <div class="actions">
                        <button class="primary" type="submit" disabled=under_way>"Rotate the key"</button>
                    </div>
                </form>
            </section>
        }
    });
    Ok(if under_way {
        page.with_script(LOOK_AGAIN)
    } else {
        page
    })
}

fn rotation(rotation: Option<RotationView>) -> Option<impl IntoView> {
    let rotation = rotation?;
    let (tone, words) = match rotation.state {
        RotationState::Asked => (Tone::Busy, "The rotation waits for an engine"),
        RotationState::Running => (Tone::Busy, "The key is being rotated"),
        RotationState::Finished => (Tone::Good, "The last rotation is finished"),
        RotationState::Failed => (Tone::Bad, "The last rotation failed"),
    };
    let counts = format!(
        "{} of {}",
        rotation.done,
        counted(rotation.total, "value", "values")
    );
    let running = rotation.state == RotationState::Running;
    let bar = running.then(|| {
        view! {
            <progress
                aria-label="Values sealed to the new key"
                max=rotation.total.max(1).to_string()
                value=rotation.done.to_string()
            ></progress>
        }
    });
    let again = rotation.is_under_way().then(|| {
        view! { <p><a href="/keys">"Look how far it is"</a></p> }
    });
    let at = rotation.finished_at.unwrap_or(rotation.asked_at);
    Some(view! {
        <section class="card rotation" role="status">
            <p><State tone words/><Time at/></p>
            {bar}
            {matches!(rotation.state, RotationState::Running | RotationState::Finished).then(|| view! { <p>{counts}</p> })}
            {(!rotation.message.is_empty()).then(|| view! { <p>{rotation.message}</p> })}
            {again}
        </section>
    })
}

fn line(key: KeyView) -> impl IntoView {
    let (tone, words) = match &key {
        key if key.current => (Tone::Good, "current"),
        key if key.removed.is_some() => (Tone::Idle, "removed"),
        key if key.values + key.unopenable > 0 => (Tone::Busy, "older, still needed"),
        _ => (Tone::Idle, "older, no longer needed"),
    };
    let unopenable = (key.unopenable > 0).then(|| format!(", {} can't be opened", key.unopenable));
    view! {
        <tr>
            <th scope="row"><code>{key.id}</code></th>
            <td data-label="State"><State tone words/></td>
            <td data-label="Since"><Time at=key.removed.or(key.until).unwrap_or(key.since)/></td>
            <td data-label="Values">{key.values.to_string()}{unopenable}</td>
        </tr>
    }
}
