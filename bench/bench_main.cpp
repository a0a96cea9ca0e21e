// main() of every benchmark program: Google Benchmark over the program's questions, and what the
// report program and ctest ask for besides.
//   --smoke             each case a few times, so that ctest notices one that no longer works
//   --describe          the questions as JSON, and the qualities with what they are
//   --count N NAME/SIDE one case N times and nothing else, for callgrind
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "support/question.h"

namespace ksbox::bench {
namespace {

nlohmann::json describe(const std::vector<Aim> &aims) {
    nlohmann::json list = nlohmann::json::array();
    for (const Aim &aim : aims)
        list.push_back({{"against", to_string(aim.against)},
                        {"factor", aim.factor},
                        {"of_question", aim.of_question},
                        {"called", aim.called}});
    return list;
}

nlohmann::json describe(const Program &program) {
    nlohmann::json questions = nlohmann::json::array(), slopes = nlohmann::json::array(),
                   qualities = nlohmann::json::array();
    for (const Question &question : program.questions) {
        nlohmann::json sides = nlohmann::json::array();
        for (const Case &one : question.cases)
            sides.push_back(to_string(one.side));
        questions.push_back({{"name", question.name},
                             {"title", question.title},
                             {"shown", question.shown},
                             {"counted", question.counted},
                             {"aims", describe(question.aims)},
                             {"sides", sides}});
    }
    for (const Slope &slope : program.slopes)
        slopes.push_back({{"name", slope.name},
                          {"title", slope.title},
                          {"from", slope.from},
                          {"to", slope.to},
                          {"steps", slope.steps},
                          {"aims", describe(slope.aims)}});
    for (const Quality &quality : program.qualities) {
        nlohmann::json values;
        for (const Quality::Value &value : quality.values)
            values[to_string(value.side)] = value.measure();
        qualities.push_back({{"name", quality.name},
                             {"title", quality.title},
                             {"unit", quality.unit},
                             {"at_least", quality.at_least},
                             {"values", values}});
    }
    return {{"questions", questions}, {"slopes", slopes}, {"qualities", qualities}};
}

std::string name_of(const Question &question, const Case &one) {
    return question.name + "/" + to_string(one.side);
}

int smoke(const Program &program) {
    int failures = 0;
    for (const Question &question : program.questions)
        for (const Case &one : question.cases) {
            std::string outcome = "works";
            try {
                one.prepare()(question.smoke);
            } catch (const std::exception &error) {
                outcome = error.what();
                ++failures;
            }
            std::printf("%-28s %s\n", name_of(question, one).c_str(), outcome.c_str());
        }
    for (const Quality &quality : program.qualities)
        for (const Quality::Value &one : quality.values) {
            const double value = one.measure();
            std::printf("%-28s %.4g %s\n", (quality.name + "/" + to_string(one.side)).c_str(),
                        value, quality.unit.c_str());
            failures += one.side == Side::ksbox && !(value >= quality.at_least);
        }
    return failures == 0 ? 0 : 1;
}

int count(const Program &program, std::uint64_t times, const char *name) {
    for (const Question &question : program.questions)
        for (const Case &one : question.cases)
            if (name_of(question, one) == name) {
                const Work work = one.prepare();
                work(times);
                return 0;
            }
    std::fprintf(stderr, "no case %s\n", name);
    return 2;
}

/// CPU seconds of the processes that this one has waited for.
double children_seconds() {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    const auto seconds = [](const timeval &time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void measure(benchmark::State &state, const Question &question, const Case &one) {
    try {
        const Work work = one.prepare();
        if (!question.one_batch)
            work(question.batch); // the first time is another question
        while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(question.batch))) {
            const double before = children_seconds();
            work(question.batch);
            if (question.other_processes)
                state.SetIterationTime(children_seconds() - before);
        }
    } catch (const std::exception &error) {
        state.SkipWithError(error.what());
    }
}

int measure_all(const Program &program, std::vector<char *> arguments) {
    int used = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);
    benchmark::Initialize(&used, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(used, arguments.data()))
        return 2;
    for (const Question &question : program.questions)
        for (const Case &one : question.cases) {
            auto *registered = benchmark::RegisterBenchmark(
                name_of(question, one).c_str(),
                [&](benchmark::State &state) { measure(state, question, one); });
            registered->MeasureProcessCPUTime();
            if (question.other_processes)
                registered->UseManualTime();
            if (question.one_batch)
                registered->Iterations(static_cast<benchmark::IterationCount>(question.batch));
        }
    const bool ran = benchmark::RunSpecifiedBenchmarks() > 0;
    benchmark::Shutdown();
    return ran ? 0 : 1;
}

int run(std::vector<char *> arguments) {
    const Program questions = program();
    const auto is = [&](std::size_t index, const char *word) {
        return index < arguments.size() && std::strcmp(arguments[index], word) == 0;
    };
    if (is(1, "--smoke"))
        return smoke(questions);
    if (is(1, "--describe")) {
        std::printf("%s\n", describe(questions).dump().c_str());
        return 0;
    }
    if (is(1, "--count") && arguments.size() == 4)
        return count(questions, std::strtoull(arguments[2], nullptr, 10), arguments[3]);
    return measure_all(questions, arguments);
}

} // namespace
} // namespace ksbox::bench

int main(int count, char **values) {
    try {
        return ksbox::bench::run({values, values + count});
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
