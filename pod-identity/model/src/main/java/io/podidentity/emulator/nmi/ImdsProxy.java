// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.TokenServices;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.GoUrl;
import io.podidentity.emulator.http.Request;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/** Forwards what NMI does not handle itself to the metadata service. */
record ImdsProxy(NmiSettings settings, TokenServices services) {

    private static final String HOST = "169.254.169.254:80";
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "date", "keep-alive", "transfer-encoding");

    Answer forward(NmiRequest request) {
        Request http = request.http();
        if (settings.isMetadataHeaderMissing(http)) {
            request.log().logMissingMetadataHeader();
            return GoAnswer.metadataHeaderMissing();
        }
        String target = GoUrl.escapedPath(http.rawPath()) + http.queryPart();
        Answer reply;
        try {
            reply = services.ask(
                    TokenServices.Service.IMDS, Request.withBody(http.method(), target, http.headers(), http.text()));
        } catch (IOException e) {
            return refuse(target, e, request);
        }
        boolean head = http.method().equals("HEAD");
        return settings.profile().isAtLeast(1, 7, 2) ? passOn(reply, head) : passOnAsSuccess(reply, head);
    }

    private Answer refuse(String target, IOException failure, NmiRequest request) {
        String url = "http://" + HOST + target;
        String reason = TokenServices.describeFailure(request.http().method(), url, HOST, failure);
        request.log().error(settings.words().describeUnansweredRequest(url, reason));
        return GoAnswer.error(500, reason);
    }

    private static Answer passOn(Answer reply, boolean head) {
        Answer answer = Answer.of(reply.status(), reply.length(), reply.body());
        if (head) {
            long length = Long.parseLong(reply.headers().getOrDefault("Content-Length", "-1"));
            answer = GoAnswer.announced(reply.status(), length);
        }
        for (var header : reply.headers().entrySet()) {
            if (!OF_THE_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                answer = answer.with(header.getKey(), header.getValue());
            }
        }
        return answer;
    }

    /** Before 1.7.2 neither status nor headers were passed on. */
    private static Answer passOnAsSuccess(Answer reply, boolean head) {
        if (head) {
            return GoAnswer.announced(200, -1).with("Content-Type", "application/json");
        }
        return Answer.text(200, "application/json", reply.text());
    }
}
