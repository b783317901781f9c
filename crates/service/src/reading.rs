//! Reading a workflow text off the threads that serve: a hostile one takes a while.

use model::Problem;

/// What `work` makes of the text.
pub(crate) async fn read<T: Send + 'static>(
    text: String,
    work: impl FnOnce(String) -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(move || work(text))
        .await
        .map_err(|_| {
            // The panic hook has told where; words of the panic may hold what was read.
            tracing::error!("reading a workflow text was cut short");
            Problem::internal()
        })
}
