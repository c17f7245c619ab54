// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.HangUpWatch;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.http.Request.Connection;
import io.podidentity.emulator.server.RequestReader.BadRequestException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * One connection of a client: its requests are read one after the other and answered. Runs on a thread of its own until
 * the connection ends.
 *
 * @param threads close the connection if a request takes too long
 */
record Conversation(
        Socket socket, Endpoint endpoint, ServerSettings settings, Connections connections, Executor threads)
        implements Runnable {

    @Override
    public void run() {
        try (socket) {
            socket.setTcpNoDelay(true);
            // For the line of a proxy; the time for a request does not start again with each byte.
            socket.setSoTimeout((int) settings.limits().requestTime().toMillis());
            converse(
                    new BufferedInputStream(socket.getInputStream()),
                    new BufferedOutputStream(socket.getOutputStream()));
        } catch (IOException clientIsGone) {
            // Nobody is left to answer.
        } finally {
            connections.remove(socket);
        }
    }

    private void converse(InputStream in, OutputStream out) throws IOException {
        var connection = new Connection(readClient(in, out), settings.asGo(), () -> SocketWatch.of(socket, in));
        var reader = new RequestReader(in, out, settings.limits(), settings.names(), settings.asGo(), connection);
        var writer = new AnswerWriter(out);
        try {
            answerAll(reader, writer);
        } catch (BadRequestException refusal) {
            writer.refuse(refusal, settings.asGo());
        }
    }

    /** Address and port of the client for which a proxy asks; empty if clients ask for themselves. */
    private String readClient(InputStream in, OutputStream out) throws IOException {
        Optional<ProxyAuthentication> proxies = settings.proxies();
        return proxies.isEmpty() ? "" : ProxyHandshake.readClient(in, out, proxies.get());
    }

    private void answerAll(RequestReader reader, AnswerWriter writer) throws IOException {
        Optional<Request> request = readInTime(reader);
        while (request.isPresent()) {
            connections.answering(socket);
            answer(request.get(), writer);
            if (request.get().isLast()) {
                return;
            }
            connections.answered(socket);
            request = readInTime(reader);
        }
    }

    /** Reads the next request, and ends the connection of a client that takes too long for it. */
    private Optional<Request> readInTime(RequestReader reader) throws IOException {
        Duration time = settings.limits().requestTime();
        RequestTimer timer = RequestTimer.start(time, () -> Connections.closeQuietly(socket), threads);
        try {
            return reader.next();
        } finally {
            timer.close();
        }
    }

    private void answer(Request request, AnswerWriter writer) throws IOException {
        Answer answer = ask(request);
        settings.listener().seen(settings.name(), request, answer);
        if (!answer.delay().isZero()) {
            pause(answer.delay(), request);
        }
        if (answer.isNone()) {
            throw new EOFException("no answer, on purpose");
        }
        writer.write(answer, request);
    }

    private Answer ask(Request request) {
        try {
            return endpoint.answer(request);
        } catch (IllegalArgumentException unreadable) {
            return Answer.json(400, Map.of("error", "invalid_request"));
        }
    }

    private static void pause(Duration delay, Request request) throws IOException {
        HangUpWatch client = request.connection().watch().get();
        try {
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the client or the server is gone");
        } finally {
            client.close();
        }
    }
}
