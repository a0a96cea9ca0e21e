// The CLI's two processes: a small parent owns the time limit, the signals and the
// exit code; its child, the worker, holds the box. Whatever a driver does to the worker, the parent
// still tells what happened.
#pragma once

#include <functional>
#include <string>

#include "ksbox/box.h"

namespace ksbox::cli {

struct SharedState;

/// The worker's end of what the two processes share.
class Worker {
  public:
    explicit Worker(SharedState &shared) : shared_(shared) {}
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    /// The signal that asks the command to finish early (Ctrl-C); 0: none. Long loops look here,
    /// from any thread.
    int interrupted() const;

    /// From now on the parent can stop the box, and learns of its bug check.
    void watch(Box &box);
    void unwatch();

  private:
    SharedState &shared_;
};

struct Supervision {
    double timeout_s = 0;       ///< of host time; 0: no limit
    std::string repeat_command; ///< printed behind a crash report
};

/// Runs `work` in this process and returns the exit code: what it throws becomes one line on
/// standard error, beginning "ksbox: ", and so does standard output that cannot be written.
int run_here(const std::function<int()> &work);

/// Runs `work` in a child process and returns the command's exit code. What `work` throws becomes
/// one line on standard error, beginning "ksbox: ".
int supervise(const Supervision &supervision, const std::function<int(Worker &)> &work);

} // namespace ksbox::cli
