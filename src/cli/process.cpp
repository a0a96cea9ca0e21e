#include "cli/process.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/failures.h"

namespace ksbox::cli {

struct SharedState {
    std::atomic<int> interrupted = 0;
    std::atomic<bool> timed_out = false;
    std::atomic<bool> reported = false; ///< the worker has printed its bug check
    std::atomic<Box *> box = nullptr;   ///< an address in the worker
    CrashRecord crash;
};

namespace {

// The worker gets so long to end by itself after it was asked, before it is stopped, then killed.
constexpr double grace_s = 5;

void say(const std::string &line) {
    fmt::print(stderr, "ksbox: {}\n", line);
}

// ---- the worker --------------------------------------------------------------------------------

// The box's address comes with the signal: it needs no global, and a signal from anybody else but
// the parent stops nothing.
void stop_box(int, siginfo_t *info, void *) {
    if (info->si_code == SI_QUEUE && info->si_pid == getppid() &&
        info->si_value.sival_ptr != nullptr)
        static_cast<Box *>(info->si_value.sival_ptr)->request_stop();
}

void prepare_worker(const sigset_t &signals) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN); // a terminal sends these to both; the parent decides
    signal(SIGHUP, SIG_IGN);
    struct sigaction action{};
    action.sa_sigaction = stop_box;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigfillset(&action.sa_mask);
    sigaction(SIGUSR2, &action, nullptr);
    sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

int report_stop(const BoxStopped &stop, SharedState &shared, const Supervision &supervision) {
    if (int signal = shared.interrupted; signal != 0 && stop.code() == bug_check_timeout_code) {
        say("interrupted; the driver did not stop by itself");
        fmt::print(stderr, "{}", stop.report());
        return exit_signal_base + signal;
    }
    if (shared.timed_out && stop.code() == bug_check_timeout_code)
        say(fmt::format("the time limit of {:g} s has passed; this is what was running",
                        supervision.timeout_s));
    else
        say(fmt::format("the driver stopped the box: {}", stop.what()));
    fmt::print(stderr, "{}to repeat it: {}\n", stop.report(), supervision.repeat_command);
    shared.reported = true;
    return exit_crash;
}

int run_worker(SharedState &shared, const Supervision &supervision,
               const std::function<int(Worker &)> &work) {
    return run_here([&] {
        try {
            Worker worker(shared);
            return work(worker);
        } catch (const BoxStopped &stop) {
            return report_stop(stop, shared, supervision);
        }
    });
}

// ---- the parent --------------------------------------------------------------------------------

void set_alarm(double seconds) {
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(seconds);
    timer.it_value.tv_usec =
        static_cast<suseconds_t>((seconds - static_cast<double>(timer.it_value.tv_sec)) * 1e6);
    if (seconds > 0 && timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0)
        timer.it_value.tv_usec = 1;
    setitimer(ITIMER_REAL, &timer, nullptr);
}

// Asks first, then insists, then kills; each step when the alarm finds the worker still there.
class Escalation {
  public:
    Escalation(pid_t worker, SharedState &shared) : worker_(worker), shared_(shared) {}

    void interrupt(int signal) {
        if (shared_.interrupted.exchange(signal) != 0)
            insist();
        else
            set_alarm(grace_s);
    }
    void alarm() {
        if (shared_.interrupted == 0)
            shared_.timed_out = true;
        insist();
    }
    bool killed() const { return killed_; }
    /// There was a box to ask first.
    bool asked() const { return asked_; }

  private:
    void insist() {
        if (stopping_) {
            killed_ = true;
            kill(worker_, SIGKILL);
            return;
        }
        stopping_ = true;
        sigval value{};
        value.sival_ptr = shared_.box;
        asked_ = value.sival_ptr != nullptr;
        if (asked_)
            sigqueue(worker_, SIGUSR2, value);
        set_alarm(asked_ ? grace_s : 0.01);
    }

    pid_t worker_;
    SharedState &shared_;
    bool stopping_ = false;
    bool killed_ = false;
    bool asked_ = false;
};

int wait_for_worker(pid_t worker, const sigset_t &signals, Escalation &escalation) {
    for (;;) {
        siginfo_t info{};
        int signal = sigwaitinfo(&signals, &info);
        if (signal < 0)
            continue;
        if (signal == SIGALRM)
            escalation.alarm();
        else if (signal != SIGCHLD)
            escalation.interrupt(signal);
        int status = 0;
        if (waitpid(worker, &status, WNOHANG) == worker)
            return status;
    }
}

// The worker is gone without a word: says what is known.
int report_death(int signal, const SharedState &shared, const Escalation &escalation,
                 const Supervision &supervision) {
    if (signal == SIGPIPE) // whoever read our output has gone
        return exit_signal_base + signal;
    bool crashed = shared.crash.code() != 0;
    if (escalation.killed() && !crashed) {
        const char *const what = escalation.asked() ? "the driver did not stop, and was killed"
                                                    : "no driver had been started yet";
        if (shared.interrupted != 0) {
            say(fmt::format("interrupted; {}", what));
            return exit_signal_base + shared.interrupted;
        }
        say(fmt::format("the time limit of {:g} s has passed; {}", supervision.timeout_s, what));
        return exit_crash;
    }
    if (crashed) {
        if (!shared.reported) {
            say(fmt::format("the driver stopped the box, and its process ended by signal {} "
                            "({}) before it could report more than this",
                            signal, strsignal(signal)));
            fmt::print(stderr, "{}to repeat it: {}\n", shared.crash.to_string(),
                       supervision.repeat_command);
        }
        return exit_crash;
    }
    say(fmt::format("a fault of ksbox itself: its process ended by signal {} ({})", signal,
                    strsignal(signal)));
    return exit_own_fault;
}

} // namespace

int run_here(const std::function<int()> &work) {
    int code = exit_own_fault;
    try {
        code = work();
        if (std::fflush(stdout) != 0)
            throw BadInput(std::string("standard output cannot be written: ") +
                           std::strerror(errno));
    } catch (const Finding &finding) {
        say(finding.what());
        code = exit_finding;
    } catch (const BadInput &error) {
        say(error.what());
        code = exit_bad_input;
    } catch (const Error &error) {
        say(error.what());
        code = exit_bad_input;
    } catch (const std::system_error &error) { // a full disk, a folder that is not there
        say(error.what());
        code = exit_bad_input;
    } catch (const std::exception &error) {
        say(std::string("a fault of ksbox itself: ") + error.what());
    }
    std::fflush(stdout);
    std::fflush(stderr);
    return code;
}

int Worker::interrupted() const {
    return shared_.interrupted.load(std::memory_order_relaxed);
}

void Worker::watch(Box &box) {
    box.publish_crash_to(shared_.crash);
    shared_.box = &box;
}

// The parent may have sent its signal already: whatever comes after this line finds no box.
void Worker::unwatch() {
    sigset_t stop, old;
    sigemptyset(&stop);
    sigaddset(&stop, SIGUSR2);
    sigprocmask(SIG_BLOCK, &stop, &old);
    shared_.box = nullptr;
    signal(SIGUSR2, SIG_IGN);
    sigprocmask(SIG_SETMASK, &old, nullptr);
}

int supervise(const Supervision &supervision, const std::function<int(Worker &)> &work) {
    void *memory = mmap(nullptr, sizeof(SharedState), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        say("a fault of ksbox itself: no shared memory");
        return exit_own_fault;
    }
    auto &shared = *new (memory) SharedState;

    sigset_t signals;
    sigemptyset(&signals);
    for (int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGALRM})
        sigaddset(&signals, signal);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    std::fflush(stdout);
    pid_t worker = fork();
    if (worker < 0) {
        say(std::string("a fault of ksbox itself: no second process: ") + std::strerror(errno));
        return exit_own_fault;
    }
    if (worker == 0) {
        prepare_worker(signals);
        // Nothing of a stopped box may run again: no destructors of its threads' memory, either.
        _exit(run_worker(shared, supervision, work));
    }
    if (supervision.timeout_s > 0)
        set_alarm(supervision.timeout_s);
    Escalation escalation(worker, shared);
    int status = wait_for_worker(worker, signals, escalation);
    if (WIFSIGNALED(status))
        return report_death(WTERMSIG(status), shared, escalation, supervision);
    int code = WEXITSTATUS(status);
    constexpr int race_reported = 66; // what ThreadSanitizer turns a good end into
    if (code == race_reported)
        code = exit_finding;
    // A worker that saw the interruption finished its files; the code still says what happened.
    // Whoever interrupted it knows why it is not whole; what was found is printed all the same.
    if (shared.interrupted != 0 && (code == exit_done || code == exit_finding))
        return exit_signal_base + shared.interrupted;
    return code;
}

} // namespace ksbox::cli
