package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.Upstream;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/** Forwards what NMI does not handle itself to the metadata service. */
final class ImdsProxy {

    private static final Duration LIMIT = Duration.ofSeconds(100);
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "date", "keep-alive", "transfer-encoding");

    private final NmiSettings settings;
    private final Upstream upstream;

    ImdsProxy(NmiSettings settings, Upstream upstream) {
        this.settings = settings;
        this.upstream = upstream;
    }

    Answer answer(Request request, RequestLog log) {
        if (settings.metadataHeaderRequired() && !TokenHandler.hasMetadataHeader(request)) {
            log.metadataHeaderMissing();
            return GoAnswer.metadataHeaderMissing();
        }
        String target = request.rawPath() + request.queryPart();
        Upstream.Reply reply;
        try {
            var call = new Upstream.Call(request.method(), target, request.headers(), request.text());
            reply = upstream.ask(Upstream.Service.IMDS, call, LIMIT);
        } catch (IOException e) {
            String url = "http://169.254.169.254:80" + target;
            log.error(
                    "server.go:470",
                    settings.profile().logsWithKlog()
                            ? "failed executing request for " + url + ", error: " + e.getMessage()
                            : "failed executing request, " + url + " " + e.getMessage());
            return GoAnswer.error(500, String.valueOf(e.getMessage()));
        }
        return settings.profile().isAtLeast(1, 7, 2) ? faithful(reply) : alwaysOk(reply);
    }

    private static Answer faithful(Upstream.Reply reply) {
        Answer answer = Answer.bytes(reply.status(), reply.body().getBytes(StandardCharsets.UTF_8));
        for (var header : reply.headers().entrySet()) {
            if (!OF_THE_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                answer = answer.with(header.getKey(), header.getValue());
            }
        }
        return answer;
    }

    /** Before 1.7.2 neither status nor headers were passed back. */
    private static Answer alwaysOk(Upstream.Reply reply) {
        return Answer.text(200, "application/json", reply.body());
    }
}
