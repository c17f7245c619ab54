// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/** A source that answers what a test wrote down, and then tokens of an hour. */
public final class ScriptedSource implements TokenSource {
    private final String name;
    private final FakeTime time;
    private final Deque<TokenSource> script = new ArrayDeque<>();
    private final AtomicInteger calls = new AtomicInteger();

    public ScriptedSource(String name, FakeTime time) {
        this.name = name;
        this.time = time;
    }

    public ScriptedSource then(TokenSource answer) {
        script.add(answer);
        return this;
    }

    public ScriptedSource thenUnavailable(String reason, String remedy) {
        return then(request -> new Unavailable(reason, remedy));
    }

    public ScriptedSource thenFails(TokenAcquisitionException e) {
        return then(request -> {
            throw e;
        });
    }

    public ScriptedSource thenTokenFor(Duration life) {
        return then(request -> new Acquired(token(request, life)));
    }

    public int calls() {
        return calls.get();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        calls.incrementAndGet();
        TokenSource answer;
        synchronized (this) {
            answer = script.poll();
        }
        return answer == null ? new Acquired(token(request, Duration.ofHours(1))) : answer.acquire(request);
    }

    private AccessToken token(TokenRequest request, Duration life) {
        Instant expiresOn = time.now().plus(life);
        return Tokens.accessToken(request.resource(), expiresOn);
    }
}
