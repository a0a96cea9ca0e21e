// The least that a dynamic C++ program can do.
#include <iostream>

int main() {
    std::cout << "word" << std::endl;
}
