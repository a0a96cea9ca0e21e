// ksbox --net: whom a driver's datagrams reach, and what is said where they do not.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>

#include "e2e/command.h"

namespace e2e {
namespace {

bool says(const std::string &text, const std::string &what) {
    return text.find(what) != std::string::npos;
}

/// A UDP socket of this machine, not of the box.
class Listener {
  public:
    explicit Listener(in_addr host) : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr = host;
        socklen_t bytes = sizeof address;
        auto *any = reinterpret_cast<sockaddr *>(&address);
        EXPECT_EQ(bind(socket_, any, bytes), 0);
        EXPECT_EQ(getsockname(socket_, any, &bytes), 0);
        port_ = ntohs(address.sin_port);
    }
    ~Listener() { close(socket_); }
    Listener(const Listener &) = delete;
    Listener &operator=(const Listener &) = delete;
    /// As the driver's parameter.
    std::string port() const { return "Port=p" + std::to_string(port_); }
    /// Datagrams that are there, joined by blanks.
    std::string all() {
        std::string text;
        char bytes[64];
        for (ssize_t got; (got = recv(socket_, bytes, sizeof bytes, MSG_DONTWAIT)) >= 0;)
            text += (text.empty() ? "" : " ") + std::string(bytes, std::size_t(got));
        return text;
    }

  private:
    int socket_;
    std::uint16_t port_ = 0;
};

in_addr loopback() {
    return {htonl(INADDR_LOOPBACK)};
}

/// An address of this machine that is no loopback.
std::optional<in_addr> own_address() {
    ifaddrs *all = nullptr;
    std::optional<in_addr> found;
    if (getifaddrs(&all) != 0)
        return found;
    for (const ifaddrs *one = all; one; one = one->ifa_next)
        if (one->ifa_addr && one->ifa_addr->sa_family == AF_INET) {
            const auto &address = reinterpret_cast<const sockaddr_in *>(one->ifa_addr)->sin_addr;
            if (ntohl(address.s_addr) >> 24 != 127)
                found = address;
        }
    freeifaddrs(all);
    return found;
}

class Net : public Command {
  protected:
    Outcome send(const std::string &to, const std::string &port, std::vector<std::string> more) {
        std::vector<std::string> all = {"inspect", driver("datagram"), "--debug-print", "info",
                                        "--set",   "To=" + to,         "--set",         port};
        all.insert(all.end(), more.begin(), more.end());
        return ksbox(all);
    }
};

TEST_F(Net, OffUnlessAskedFor) {
    Listener listener(loopback());
    for (const char *mode : {"simulated", "realtime"}) {
        const Outcome outcome = send("127.0.0.1", listener.port(), {"--time", mode});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_TRUE(says(outcome.err, "captured 00000000")) << outcome.err;
        EXPECT_TRUE(says(outcome.err, "sender: socket c0000022")) << outcome.err;
        EXPECT_TRUE(says(outcome.err, "ksbox: datagram.sys: WskSocket is refused: the box has no "
                                      "network; --net loopback allows it within this machine, "
                                      "--net all to all\n"))
            << outcome.err;
    }
    EXPECT_EQ(listener.all(), "");
}

TEST_F(Net, LoopbackInRealTimeIsTheHosts) {
    Listener listener(loopback());
    const Outcome outcome =
        send("127.0.0.1", listener.port(), {"--net", "loopback", "--time", "realtime"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(says(outcome.err, "sent 00000000 5")) << outcome.err;
    EXPECT_FALSE(says(outcome.err, "--net")) << outcome.err;
    EXPECT_EQ(listener.all(), "first second third");
}

TEST_F(Net, LoopbackInSimulatedTimeStaysInTheBox) {
    Listener listener(loopback());
    for (const char *whom : {"loopback", "all"}) {
        // The port is another program's on the host, and free in the box.
        const Outcome outcome =
            send("127.0.0.1", listener.port(), {"--net", whom, "--set", "Reader=yes"});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_TRUE(says(outcome.err, "read 00000000 third")) << outcome.err;
    }
    EXPECT_EQ(listener.all(), "");
    const Outcome taken = send("127.0.0.1", listener.port(),
                               {"--net", "loopback", "--time", "realtime", "--set", "Reader=yes"});
    EXPECT_TRUE(says(taken.err, "reader: bind c000020a")) << taken.err;
}

TEST_F(Net, BeyondLoopbackIsRefused) {
    for (const char *mode : {"simulated", "realtime"}) {
        const Outcome outcome =
            send("192.0.2.1", "Port=p4010", {"--net", "loopback", "--time", mode});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_TRUE(says(outcome.err, "sent c000023c")) << outcome.err;
        const std::string line = "ksbox: datagram.sys: a datagram to 192.0.2.1:4010 is refused; "
                                 "--net all allows it\n";
        const auto once = outcome.err.find(line);
        ASSERT_NE(once, std::string::npos) << outcome.err;
        EXPECT_EQ(outcome.err.find(line, once + 1), std::string::npos); // of three datagrams
    }
}

TEST_F(Net, AllReachesOthers) {
    const auto address = own_address();
    if (!address)
        GTEST_SKIP() << "this machine has no address but its loopback's";
    Listener listener(*address);
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &*address, text, sizeof text);
    for (const char *mode : {"simulated", "realtime"}) {
        const Outcome outcome = send(text, listener.port(), {"--net", "all", "--time", mode});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_TRUE(says(outcome.err, "sent 00000000 6")) << outcome.err;
        EXPECT_EQ(listener.all(), "first second third") << mode;
    }
}

TEST_F(Net, ASeedRepeatsIt) {
    for (const char *seed : {"1", "2", "3"}) {
        for (const char *name : {"a", "b"})
            EXPECT_EQ(send("127.0.0.1", "Port=p4010",
                           {"--net", "loopback", "--set", "Reader=yes", "--seed", seed, "--trace",
                            file(name)})
                          .code,
                      0);
        const std::string trace = read_text(file("a"));
        EXPECT_EQ(trace, read_text(file("b")));
        for (const char *event : {"wsk.socket", "wsk.bind", "wsk.send", "wsk.arrive", "wsk.close"})
            EXPECT_TRUE(says(trace, event)) << event;
    }
}

TEST_F(Net, WhatADriverLeavesBehind) {
    const Outcome outcome =
        send("127.0.0.1", "Port=p4010", {"--net", "loopback", "--set", "Leave=yes"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_TRUE(says(outcome.err, "tag 'WskC', allocated at datagram.sys!DriverEntry"))
        << outcome.err;
    EXPECT_TRUE(says(outcome.err, "tag 'WskS', allocated at datagram.sys!OpenSocket"))
        << outcome.err;
}

TEST_F(Net, UnknownWords) {
    const Outcome outcome = send("127.0.0.1", "Port=p1", {"--net", "everybody"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(says(outcome.err, "everybody")) << outcome.err;
}

} // namespace
} // namespace e2e
