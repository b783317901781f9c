//! `relay user`: people without a browser, before the first start as well as beside a running server.

use std::io::{self, Read};

use service::{CommandLine, NewUser};
use store::Store;
use zeroize::Zeroizing;

use crate::Outcome;
use crate::config::{AddUser, EnableUser, SetPassword};
use crate::failure::Failure;
use crate::installation::keyless_service;
use crate::place::Place;

/// More than the longest password.
const LONGEST: u64 = 64 * 1024;

/// `relay user add`
pub(crate) fn add(options: AddUser) -> Outcome {
    let password = password()?;
    let place = Place::of(&options.place)?;
    place.make()?;
    block_on(async {
        let store = Store::open(&place.database_url).await?;
        let AddUser {
            email, name, role, ..
        } = options;
        let new = NewUser {
            email,
            name,
            role,
            password,
        };
        let service = keyless_service(&store).await?;
        service
            .add_user(CommandLine::of_this_process(), new)
            .await?;
        store.close().await;
        Ok(())
    })
}

/// `relay user set-password`
pub(crate) fn set_password(options: SetPassword) -> Outcome {
    let password = password()?;
    let place = Place::of(&options.place)?;
    block_on(async {
        let store = existing(&place).await?;
        let service = keyless_service(&store).await?;
        service
            .set_password(CommandLine::of_this_process(), &options.email, password)
            .await?;
        store.close().await;
        Ok(())
    })
}

/// `relay user enable`
pub(crate) fn enable(options: &EnableUser) -> Outcome {
    let place = Place::of(&options.place)?;
    block_on(async {
        let store = existing(&place).await?;
        let service = keyless_service(&store).await?;
        service
            .enable_user_here(CommandLine::of_this_process(), &options.email)
            .await?;
        store.close().await;
        Ok(())
    })
}

/// The database of people. Where nobody is there is nothing to open, and nothing to make.
async fn existing(place: &Place) -> Result<Store, Failure> {
    if !store::inspect(&place.database_url).await?.has_users {
        let nobody = "nobody has been added to this database yet: use `relay user add`";
        return Err(Failure::failed(nobody));
    }
    Ok(Store::open(&place.database_url).await?)
}

/// What stands on standard input, without the one line end that a pipe adds.
fn password() -> Result<Zeroizing<String>, Failure> {
    let unreadable = |reason: &str| {
        Failure::failed(format!(
            "cannot read a password from standard input: {reason}"
        ))
    };
    // With room for everything, so that growing leaves no copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(
        usize::try_from(LONGEST).unwrap_or(0) + 1,
    ));
    io::stdin()
        .take(LONGEST)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| unreadable("it is not UTF-8"))?;
    let line = text
        .strip_suffix('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    Ok(Zeroizing::new(line.unwrap_or(text).to_owned()))
}

fn block_on(work: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))?
        .block_on(work)
}
