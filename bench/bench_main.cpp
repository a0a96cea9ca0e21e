// main() of every benchmark program: Google Benchmark's, plus --smoke, which runs each case once so
// that ctest notices a benchmark that no longer works.
#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

int main(int count, char **values) {
    std::vector<char *> arguments(values, values + count);
    static char shortest[] = "--benchmark_min_time=0";
    for (char *&argument : arguments)
        if (std::strcmp(argument, "--smoke") == 0)
            argument = shortest;
    int used = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);
    benchmark::Initialize(&used, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(used, arguments.data()))
        return 2;
    const bool ran = benchmark::RunSpecifiedBenchmarks() > 0;
    benchmark::Shutdown();
    return ran ? 0 : 1;
}
