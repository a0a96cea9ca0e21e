# Who waits, locks or reads a clock behind the scheduler's back makes a seed stop repeating a run.
reason='waits, locks, threads, clocks and randomness go through src/nt/ke (one scheduler, one clock)'

# src/nt/ke is that scheduler, src/base what it stands on; src/pipewire is the host's side of a bridge, which
# runs in real time only. Tests drive the box from outside it.
rule_files() { source_files src include | grep -vE '^src/(nt/ke|base|pipewire)/|_test\.cpp$' || true; }

rule_check() {
    code_matches '(^|[^A-Za-z0-9_])(std::((recursive_|shared_|timed_|recursive_timed_|shared_timed_)?mutex|condition_variable(_any)?|j?thread|counting_semaphore|binary_semaphore|latch|barrier|async|future|promise|this_thread|random_device|mt19937(_64)?|default_random_engine|rand|time|clock)|thread_local|__thread|pthread_[a-z]+|sem_(wait|post|init)|(u|nano|clock_nano)?sleep(_for|_until)? *\(|clock_gettime|gettimeofday|(steady|system|high_resolution)_clock|__builtin_ia32_rdtsc|__rdtsc|_mm_pause|s?rand *\(|drand48|getrandom)([^A-Za-z0-9_]|$)'
}

rule_plant() { mkdir -p src/ks && echo 'static std::mutex lock;' >src/ks/a.cpp; }
rule_innocent() {
    mkdir -p src/nt/ke src/ks
    echo 'std::mutex lock;' >src/nt/ke/a.cpp
    printf '// never a std::mutex here\nKeWaitForMutexObject(x); operand(1);\n' >src/ks/b.cpp
    printf '// lint-allow(host_time_and_locks): the parent has no box\nsleep(1);\n' >src/ks/c.cpp
}
