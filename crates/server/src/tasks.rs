//! Owns every task of the server: the one place that spawns, so that a drain can wait for all of
//! them and no panic goes unseen. Must not know what a task does.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A handle on the server's tasks.
#[derive(Debug, Clone)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    /// Tasks are started from threads of the hub, too, which have no runtime of their own.
    runtime: Handle,
}

impl Default for Tasks {
    /// No tasks yet; they will run on the runtime that this is called on.
    fn default() -> Self {
        Self {
            tracker: TaskTracker::default(),
            stop: CancellationToken::default(),
            runtime: Handle::current(),
        }
    }
}

impl Tasks {
    /// Starts a task. It ends by itself, or soon after [`Tasks::stopping`] is done.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn_on(task, &self.runtime);
    }

    /// Runs `work` on a thread that may block.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, tokio::task::JoinError> {
        self.tracker.spawn_blocking_on(work, &self.runtime).await
    }

    /// Done when the tasks are to end.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Asks all tasks to end and waits for them; false when some are still there after `patience`.
    pub async fn stop(&self, patience: Duration) -> bool {
        self.stop.cancel();
        self.tracker.close();
        tokio::time::timeout(patience, self.tracker.wait()).await.is_ok()
    }
}

/// Runs `work` on a thread that may block, for callers who hold no tasks: a tool beside the server. It
/// ends by itself, whether anybody still waits or not.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, tokio::task::JoinError> {
    tokio::task::spawn_blocking(work).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thread_without_a_runtime_can_start_a_task() {
        let tasks = Tasks::default();
        let (done, waits) = tokio::sync::oneshot::channel();
        let elsewhere = tasks.clone();
        let thread = std::thread::spawn(move || {
            elsewhere.spawn(async move { done.send(7).expect("somebody waits") });
        });
        thread.join().expect("the thread does not panic");
        assert_eq!(waits.await, Ok(7));
        assert!(tasks.stop(Duration::from_secs(10)).await);
    }
}
