// For images of machines that ksbox does not run.
int __stdcall DriverEntry(void *driver, void *registry_path) {
    return driver == registry_path;
}
