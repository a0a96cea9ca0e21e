#include "cli/commands.h"

int main(int count, char **arguments) {
    return ksbox::cli::main(count, arguments);
}
