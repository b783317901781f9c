//! What a person types and nobody may read again: values, passwords, codes. On its way from a form to
//! the service it is a [`Typed`], and the form is taken by [`Form`].
//!
//! The framework makes a struct of every function's arguments, which can usually be printed, copied and
//! sent. One with something typed in it can only be printed, because the framework insists, and then
//! without what was typed; a test of this module names all of them.

use std::fmt;

use http::Method;
use leptos::server_fn::Protocol;
use leptos::server_fn::client::Client;
use leptos::server_fn::codec::{Encoding, FromReq, IntoRes, Json, PostUrl};
use leptos::server_fn::error::{FromServerFnError, IntoAppError, ServerFnErrorErr};
use leptos::server_fn::server::Server;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Something typed. It is wiped when it is dropped, also where a form is refused before anybody looks
/// at it; all one can do is hand it on.
#[derive(Default)]
pub struct Typed(Zeroizing<String>);

impl ZeroizeOnDrop for Typed {}

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(form: D) -> Result<Self, D::Error> {
        String::deserialize(form).map(|text| Self(text.into()))
    }
}

impl From<Typed> for Zeroizing<String> {
    fn from(typed: Typed) -> Self {
        typed.0
    }
}

/// The structs of the framework can be printed, and so can what is in them: like this.
impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(…)")
    }
}

/// How a form with something typed in it is sent: as any other form, but by HTML alone. Whatever could
/// put it together again for sending would have to be able to write out what was typed, and no script
/// of ours needs that: those send what they have sealed.
pub struct Form;

impl<Input, Output, ClientSide, ServerSide, Error>
    Protocol<Input, Output, ClientSide, ServerSide, Error> for Form
where
    Input: DeserializeOwned + Send,
    Output: IntoRes<Json, ServerSide::Response, Error> + Send,
    ClientSide: Client<Error>,
    ServerSide: Server<Error>,
    Error: FromServerFnError,
{
    const METHOD: Method = PostUrl::METHOD;

    async fn run_server<F, Fut>(
        request: ServerSide::Request,
        function: F,
    ) -> Result<ServerSide::Response, Error>
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, Error>> + Send,
    {
        let form = <Input as FromReq<PostUrl, _, Error>>::from_req(request).await?;
        let answer = function(form).await?;
        answer.into_res().await
    }

    async fn run_client(_: &str, _: Input) -> Result<Output, Error> {
        let reason = "only a form of HTML sends this".to_owned();
        Err(ServerFnErrorErr::Serialization(reason).into_app_error())
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Borrow;
    use std::fmt::{Debug, Display};
    use std::hash::Hash;
    use std::ops::Deref;

    use serde::Serialize;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, MapDeserializer};
    use static_assertions::{assert_impl_all, assert_not_impl_any};

    use super::*;
    use crate::connections::functions::{AddConnection, OverwriteConnection};
    use crate::session::functions::{CreateAdministrator, Join, LogIn};
    use crate::users::functions::ChangePassword;
    use crate::workflows::functions::{AddSecret, OverwriteSecret};

    assert_impl_all!(Typed: ZeroizeOnDrop);
    assert_not_impl_any!(Typed: Display, Clone, Copy, Serialize, PartialEq, PartialOrd, Hash);
    assert_not_impl_any!(Typed: Deref, AsRef<str>, AsRef<[u8]>, Borrow<str>, Into<String>, IntoIterator);

    /// The arguments of a function can only be read from a form, and be printed.
    macro_rules! only_read {
        ($($arguments:ty),*) => {
            $(
                assert_impl_all!($arguments: DeserializeOwned, Debug);
                assert_not_impl_any!($arguments: Display, Clone, Copy, Serialize, PartialEq, Deref);
            )*
        };
    }

    only_read!(
        AddConnection,
        OverwriteConnection,
        AddSecret,
        OverwriteSecret
    );
    only_read!(LogIn, CreateAdministrator, Join, ChangePassword);

    fn printed<Arguments: DeserializeOwned + Debug>(fields: &[(&str, &str)]) -> String {
        let fields = MapDeserializer::<_, Error>::new(fields.iter().copied());
        format!("{:#?}", Arguments::deserialize(fields).unwrap())
    }

    #[test]
    fn what_was_typed_is_not_printed() {
        let person = [
            ("name", "Ana"),
            ("email", "a@b.c"),
            ("code", "QXZJ"),
            ("password", "QXZJ"),
        ];
        let secret = [
            ("workflow", "w"),
            ("id", "1"),
            ("name", "n"),
            ("value", "QXZJ"),
        ];
        let passwords = [("current_password", "QXZJ"), ("new_password", "QXZJ")];
        for (printed, typed) in [
            (printed::<LogIn>(&person[1..]), 1),
            (printed::<CreateAdministrator>(&person), 2),
            (printed::<Join>(&person), 2),
            (printed::<ChangePassword>(&passwords), 2),
            (printed::<AddSecret>(&secret), 1),
        ] {
            assert_eq!(printed.matches("Typed(…)").count(), typed, "{printed}");
            assert!(!printed.contains("QXZJ"), "{printed}");
        }
    }

    #[test]
    fn what_was_typed_arrives_as_it_is() {
        let text = " it's\r\n\u{202e} \u{1f511}";
        let deserializer: serde::de::value::StrDeserializer<'_, Error> = text.into_deserializer();
        let typed = Typed::deserialize(deserializer).unwrap();
        assert_eq!(*Zeroizing::<String>::from(typed), text);
        assert_eq!(**Zeroizing::<String>::from(Typed::default()), *"");
    }
}
