package io.podidentity.benchmarks.stub;

import java.util.ArrayList;
import java.util.List;

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
        List<Long> pauses = new ArrayList<>();
        for (int i = 1; i < arrivals.size(); i++) {
            pauses.add(arrivals.get(i) - arrivals.get(i - 1));
        }
        return pauses;
    }

    /** As the answer to a control request. */
    String text() {
        StringBuilder text = new StringBuilder().append(maxInFlight);
        for (Long arrival : arrivals) {
            text.append(' ').append(arrival);
        }
        return text.toString();
    }

    static Seen ofText(String text) {
        String[] numbers = text.split(" ", -1);
        List<Long> arrivals = new ArrayList<>();
        for (int i = 1; i < numbers.length; i++) {
            arrivals.add(Long.valueOf(numbers[i]));
        }
        return new Seen(Integer.parseInt(numbers[0]), arrivals);
    }
}
