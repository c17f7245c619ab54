// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.FakeTime;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.TreeMap;

/** A token service that is well and ill by turns, in a time that a test turns on; of one thread. */
final class SimulatedAzure extends HttpTransport {
    /** How it is. */
    enum State {
        WELL,
        SLOW,
        DOWN,
        SILENT,
        BUSY,
        BROKEN,
        UPDATING,
        REFUSING,
        GARBLED
    }

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Random random;
    private final FakeTime time;
    private final Duration life;
    /** From which moment on it is how, on the steady clock since the start. */
    private final TreeMap<Long, State> states = new TreeMap<>();

    private final long start;
    private final Deque<Long> lastMinute = new ArrayDeque<>();
    private int requests;
    private int mostInAMinute;
    /** Until when it wanted not to be asked, since the start. */
    private long notBefore;

    /**
     * @param duration for how long its states are made up
     * @param life that of its tokens
     */
    SimulatedAzure(Random random, FakeTime time, Duration duration, Duration life) {
        super(Time.SYSTEM);
        this.random = random;
        this.time = time;
        this.life = life;
        this.start = time.nanos();
        State[] all = State.values();
        for (long at = 0; at < duration.toNanos(); ) {
            states.put(at, State.WELL);
            at += seconds(30, 7_200);
            // Seconds to hours, each order of magnitude as often.
            states.put(at, all[1 + random.nextInt(all.length - 1)]);
            at += (long) (1e9 * Math.pow(10, 4 * random.nextDouble()));
        }
    }

    long seconds(int least, int most) {
        return 1_000_000_000L * (least + random.nextInt(most - least));
    }

    long now() {
        return time.nanos() - start;
    }

    State state() {
        return states.floorEntry(now()).getValue();
    }

    /** For how long it has been well without a break; 0 if it is not. */
    long wellFor() {
        return state() == State.WELL ? now() - states.floorKey(now()) : 0;
    }

    /** Until when it wanted not to be asked. */
    long notBefore() {
        return notBefore;
    }

    int requests() {
        return requests;
    }

    int mostInAMinute() {
        return mostInAMinute;
    }

    @Override
    public HttpResponse send(HttpRequest request) throws IOException {
        count();
        switch (state()) {
            case DOWN -> {
                time.advance(Duration.ofMillis(1));
                throw new ConnectException("Connection refused");
            }
            case SILENT -> throw silence(request);
            case SLOW -> {
                Duration needed = Duration.ofMillis(1_000 + random.nextInt(30_000));
                if (needed.toMillis() >= request.totalMillis()) {
                    throw silence(request);
                }
                time.advance(needed);
            }
            default -> time.advance(Duration.ofMillis(1 + random.nextInt(200)));
        }
        return answer();
    }

    private SocketTimeoutException silence(HttpRequest request) {
        time.advance(Duration.ofMillis(request.totalMillis()));
        return new SocketTimeoutException("Read timed out");
    }

    private HttpResponse answer() {
        return switch (state()) {
            case BUSY -> {
                int wish = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(120);
                notBefore = Math.max(notBefore, now() + wish * 1_000_000_000L);
                yield new HttpResponse(429, "{\"error\":\"busy\"}", wish == 0 ? null : String.valueOf(wish));
            }
            case BROKEN -> new HttpResponse(500 + random.nextInt(5), "", null);
            case UPDATING -> new HttpResponse(410, "", null);
            case REFUSING -> new HttpResponse(400, "{\"error\":\"invalid_request\"}", null);
            case GARBLED -> new HttpResponse(200, "<html>", null);
            default ->
                new HttpResponse(
                        200,
                        "{\"access_token\":\"t" + requests + "\",\"expires_in\":\"" + life.toSeconds() + "\"}",
                        null);
        };
    }

    private void count() {
        requests++;
        lastMinute.add(now());
        while (now() - lastMinute.element() > MINUTE) {
            lastMinute.remove();
        }
        mostInAMinute = Math.max(mostInAMinute, lastMinute.size());
    }
}
