package io.podidentity.benchmarks.clients;

/** No client at all: the floor, where callers feel the machine alone. */
final class ConstantClient implements TokenClient {
    @Override
    public String token(String resource) {
        return resource;
    }
}
