package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.Upstream;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.GoUrl;
import io.podidentity.emulator.http.Request;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/** Forwards what NMI does not handle itself to the metadata service. */
record ImdsProxy(NmiSettings settings, Upstream upstream) {

    private static final String HOST = "169.254.169.254:80";
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "date", "keep-alive", "transfer-encoding");

    Answer answer(Request request, RequestLog log) {
        if (settings.metadataHeaderRequired() && !TokenHandler.hasMetadataHeader(request)) {
            log.metadataHeaderMissing();
            return GoAnswer.metadataHeaderMissing();
        }
        String target = GoUrl.escapedPath(request.rawPath()) + request.queryPart();
        Answer reply;
        try {
            reply = upstream.ask(
                    Upstream.Service.IMDS,
                    Request.withBody(request.method(), target, request.headers(), request.text()));
        } catch (IOException e) {
            return failure(request.method(), target, e, log);
        }
        boolean head = request.method().equals("HEAD");
        return settings.profile().isAtLeast(1, 7, 2) ? faithful(reply, head) : alwaysOk(reply, head);
    }

    private Answer failure(String method, String target, IOException failure, RequestLog log) {
        String url = "http://" + HOST + target;
        String text = Upstream.failure(method, url, HOST, failure);
        log.error(
                "server.go:470",
                settings.profile().logsWithKlog()
                        ? "failed executing request for " + url + ", error: " + text
                        : "failed executing request, " + url + " " + text);
        return GoAnswer.error(500, text);
    }

    private static Answer faithful(Answer reply, boolean head) {
        Answer answer = head
                ? GoAnswer.announced(
                        reply.status(), Long.parseLong(reply.headers().getOrDefault("Content-Length", "-1")))
                : Answer.of(reply.status(), reply.length(), reply.body());
        for (var header : reply.headers().entrySet()) {
            if (!OF_THE_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                answer = answer.with(header.getKey(), header.getValue());
            }
        }
        return answer;
    }

    /** Before 1.7.2 neither status nor headers were passed back. */
    private static Answer alwaysOk(Answer reply, boolean head) {
        return head
                ? GoAnswer.announced(200, -1).with("Content-Type", "application/json")
                : Answer.text(200, "application/json", reply.text());
    }
}
