// Built without instrumentation and without builtins (CMakeLists.txt): a loop must not become a
// call of memcpy, which sanitizers intercept. Nothing here calls a function that other files have
// too, templates included, for the linker may take their instrumented copy.
#include "loader/symbolizer_server.h"

#include "loader/child_output.h"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ksbox::loader {

namespace {

constexpr int answer_timeout_ms = 10000; // the first question makes the child read the PDB

int server_socket = -1;
bool server_started = false;
bool server_busy = false; // two processors' reports take turns

long system_call(long number, long a, long b, long c, long d = 0, long e = 0, long f = 0) {
    long result;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

long address_of(const void *pointer) {
    return static_cast<long>(reinterpret_cast<std::uintptr_t>(pointer));
}

/// A line of text that is being put together; what does not fit is left out.
struct Text {
    char *at;
    std::size_t room;

    void add(const char *more) {
        for (; *more != '\0' && room > 1; ++more, --room)
            *at++ = *more;
        *at = '\0';
    }
    void add_hex(std::uint32_t number) {
        for (int shift = 28; shift >= 0; shift -= 4) {
            const char digit[] = {"0123456789abcdef"[number >> shift & 15], '\0'};
            add(digit);
        }
    }
};

bool send_all(const char *text, std::size_t bytes) {
    while (bytes != 0) {
        const long sent = system_call(SYS_sendto, server_socket, address_of(text),
                                      static_cast<long>(bytes), MSG_NOSIGNAL);
        if (sent == -EINTR)
            continue;
        if (sent <= 0)
            return false;
        text += sent;
        bytes -= static_cast<std::size_t>(sent);
    }
    return true;
}

/// One line of the answer, without its end; what exceeds `room` is dropped. False: no answer.
bool receive_line(char *to, std::size_t room) {
    std::size_t length = 0;
    for (;;) {
        pollfd waiting;
        waiting.fd = server_socket;
        waiting.events = POLLIN;
        waiting.revents = 0;
        const long ready = system_call(SYS_poll, address_of(&waiting), 1, answer_timeout_ms);
        if (ready == -EINTR)
            continue;
        char c = '\0';
        const long got = ready <= 0 ? 0 : system_call(SYS_read, server_socket, address_of(&c), 1);
        if (got == -EINTR)
            continue;
        if (got <= 0)
            return false;
        if (c == '\n')
            break;
        if (length + 1 < room)
            to[length++] = c;
    }
    to[length] = '\0';
    return true;
}

/// "dir/file.c:12:3" is cut into the name and the number of its line.
bool cut_location(ServedLine &line) {
    std::size_t end = 0;
    std::size_t colons[2] = {0, 0}; // the last two
    for (; line.file[end] != '\0'; ++end)
        if (line.file[end] == ':') {
            colons[0] = colons[1];
            colons[1] = end;
        }
    if (colons[0] == 0 || line.file[0] == '?')
        return false;
    line.line = 0;
    for (std::size_t i = colons[0] + 1; i < colons[1]; ++i)
        line.line = line.line * 10 + (line.file[i] - '0');
    line.file[colons[0]] = '\0';
    return line.line > 0;
}

/// Pairs of lines up to an empty one.
std::size_t receive_answer(ServedLine *lines, std::size_t most) {
    std::size_t count = 0;
    ServedLine spare;
    for (;;) {
        ServedLine &line = count < most ? lines[count] : spare;
        if (!receive_line(line.function, sizeof line.function)) {
            system_call(SYS_close, server_socket, 0, 0);
            server_socket = -1; // whatever comes later would answer another question
            return count;
        }
        if (line.function[0] == '\0')
            return count;
        if (!receive_line(line.file, sizeof line.file))
            return count;
        if (cut_location(line) && count < most)
            ++count;
    }
}

} // namespace

void start_symbolizer_server() {
    if (__atomic_exchange_n(&server_started, true, __ATOMIC_ACQ_REL))
        return;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return;
    for (const char *tool : {"llvm-symbolizer-19", "llvm-symbolizer"})
        if (start_child({tool, "--relative-address", "--demangle"}, ends[1], ends[1])) {
            __atomic_store_n(&server_socket, ends[0], __ATOMIC_RELEASE);
            break;
        }
    close(ends[1]);
    if (server_socket < 0)
        close(ends[0]);
}

std::size_t ask_symbolizer_server(const char *image_path, std::uint32_t rva, ServedLine *lines,
                                  std::size_t most) noexcept {
    while (__atomic_exchange_n(&server_busy, true, __ATOMIC_ACQUIRE))
        system_call(SYS_sched_yield, 0, 0, 0);
    std::size_t count = 0;
    if (__atomic_load_n(&server_socket, __ATOMIC_ACQUIRE) >= 0) {
        char question[1200];
        Text text{question, sizeof question};
        text.add("CODE \"");
        text.add(image_path);
        text.add("\" 0x");
        text.add_hex(rva);
        text.add("\n");
        if (send_all(question, sizeof question - text.room))
            count = receive_answer(lines, most);
    }
    __atomic_store_n(&server_busy, false, __ATOMIC_RELEASE);
    return count;
}

} // namespace ksbox::loader
