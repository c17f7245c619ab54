package io.podidentity.benchmarks.stub;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the stub saw since it was last told how to behave.
 *
 * @param maxInFlight the most requests for tokens that were under way at the same time
 * @param arrivals when each came, in milliseconds of the stub's monotonic clock
 */
public record Seen(int maxInFlight, List<Long> arrivals) {
    /** The number of requests for tokens. */
    public int requests() {
        return arrivals.size();
    }

    /** The pauses between them, in milliseconds. */
    public List<Long> pauses() {
        return IntStream.range(1, arrivals.size())
                .mapToObj(i -> arrivals.get(i) - arrivals.get(i - 1))
                .toList();
    }

    /** As the answer to a control request. */
    String text() {
        return Stream.concat(Stream.of((long) maxInFlight), arrivals.stream())
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
    }

    static Seen ofText(String text) {
        List<Long> numbers = Stream.of(text.split(" ", -1)).map(Long::valueOf).toList();
        return new Seen(numbers.get(0).intValue(), numbers.subList(1, numbers.size()));
    }
}
