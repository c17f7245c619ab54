package io.podidentity.benchmarks.stub;

import java.util.ArrayList;
import java.util.List;

/**
 * What the stub saw since it was last told how to behave.
 *
 * @param maxInFlight how many requests for tokens were under way at once, at most
 * @param arrivals when each came, in milliseconds
 */
public record Seen(int maxInFlight, List<Long> arrivals) {
    /** How many requests for tokens came. */
    public int requests() {
        return arrivals.size();
    }

    /** The times between them, in milliseconds, separated by blanks. */
    public String gaps() {
        StringBuilder gaps = new StringBuilder();
        for (int i = 1; i < arrivals.size(); i++) {
            gaps.append(i == 1 ? "" : " ").append(arrivals.get(i) - arrivals.get(i - 1));
        }
        return gaps.toString();
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
