package io.podidentity.benchmarks.clients;

/** No client at all: the floor, where only the machine keeps callers waiting. */
final class ConstantClient implements TokenClient {
    @Override
    public String token(String resource) {
        return resource;
    }
}
