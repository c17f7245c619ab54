// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Answers what a test told it, in that order; the last answer for ever. */
public final class FakeTransport extends HttpTransport {
    /** An answer, or the lack of one. */
    public interface Answer {
        HttpResponse to(HttpRequest request) throws IOException;
    }

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<HttpRequest> requests = new ArrayList<>();

    public FakeTransport() {
        super(Time.SYSTEM);
    }

    public FakeTransport answers(int status, String body) {
        return answers(status, body, null);
    }

    public FakeTransport answers(int status, String body, String retryAfter) {
        return does(request -> new HttpResponse(status, body, retryAfter));
    }

    public FakeTransport fails(IOException e) {
        return does(request -> {
            throw e;
        });
    }

    public synchronized FakeTransport does(Answer answer) {
        answers.add(answer);
        return this;
    }

    @Override
    public HttpResponse send(HttpRequest request) throws IOException {
        return next(request).to(request);
    }

    private synchronized Answer next(HttpRequest request) {
        requests.add(request);
        return answers.size() > 1 ? answers.remove() : answers.element();
    }

    public synchronized List<HttpRequest> requests() {
        return List.copyOf(requests);
    }
}
