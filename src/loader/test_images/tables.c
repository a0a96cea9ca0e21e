// An image with the tables that the others lack: exports under two names, by ordinal alone and
// forwarded, a version resource, and globals in a section of several megabytes that is not in the
// file.
__declspec(dllimport) int KsboxTestAdd(int a, int b);
__declspec(dllimport) int KsboxTestByOrdinal(void);

#pragma comment(linker, "/export:first_name=target")
#pragma comment(linker, "/export:second_name=target")
#pragma comment(linker, "/export:hidden,@9,NONAME")
#pragma comment(linker, "/export:forwarded=ntoskrnl.KsboxTestAdd")
#pragma comment(linker, "/export:forwarded_ordinal=ordinals.#12")

int target(int value) {
    return KsboxTestAdd(value, KsboxTestByOrdinal());
}
int hidden(void) {
    return 9;
}
int DriverEntry(void *driver, void *registry_path) {
    return target(driver == registry_path);
}
