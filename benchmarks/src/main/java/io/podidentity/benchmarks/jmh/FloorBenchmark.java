package io.podidentity.benchmarks.jmh;

import io.podidentity.benchmarks.clients.TokenClient;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The least that a cache of tokens has to do. */
@State(Scope.Benchmark)
public class FloorBenchmark {
    private final Entry entry = new Entry("token", Long.MAX_VALUE);
    private volatile Entry last = entry;
    private final ConcurrentMap<Key, Entry> entries = new ConcurrentHashMap<>();

    private record Entry(String token, long quietUntil) {}

    private record Key(String resource) {}

    public FloorBenchmark() {
        entries.put(new Key(TokenClient.RESOURCE), entry);
        entries.put(new Key(HitBenchmark.OTHER_RESOURCE), entry);
    }

    /** One token in one field. */
    @Benchmark
    public @Nullable String volatileReadAndClock() {
        Entry found = last;
        return System.currentTimeMillis() < found.quietUntil ? found.token : null;
    }

    /** Tokens in a map, with a key made for each call. */
    @Benchmark
    public @Nullable String mapAndClock(HitBenchmark.Turn turn) {
        Entry found = entries.get(new Key(turn.next()));
        return found != null && System.currentTimeMillis() < found.quietUntil ? found.token : null;
    }
}
