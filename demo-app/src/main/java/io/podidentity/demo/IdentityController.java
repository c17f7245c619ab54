// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import io.podidentity.demo.hardening.NoToken;
import io.podidentity.demo.hardening.ProblemLog;
import io.podidentity.demo.sample.Identity;
import io.podidentity.demo.sample.Problem;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Explanation;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code GET /api/identity}: which identity the token is for and where it comes from, or why there is no token.
 * {@code GET /api/token}: the token itself. Anyone who has it can act as this identity until it expires, so the answer
 * is 404 unless {@code demo.reveal-token=true}.
 */
@RestController
final class IdentityController {
    private static final Logger log = LoggerFactory.getLogger(IdentityController.class);

    private final Identity identity;
    private final DemoProperties properties;

    IdentityController(Identity identity, DemoProperties properties) {
        this.identity = identity;
        this.properties = properties;
    }

    @GetMapping(path = "/api/identity", produces = MediaType.APPLICATION_JSON_VALUE)
    String readIdentity() {
        return explainOrThrow().toJson();
    }

    @GetMapping("/api/token")
    Revealed readToken() {
        if (!properties.revealToken()) {
            throw new Problem(
                    HttpStatus.NOT_FOUND,
                    "token-hidden",
                    "The token is not shown",
                    "Anyone who has the token can act as this identity until it expires",
                    "To see it, start with '--demo.reveal-token=true'. Do this only on your own machine.");
        }
        explainOrThrow();
        AccessToken token = identity.token();
        log.warn("GET /api/token returned the token for {}: demo.reveal-token is true", token.resource());
        return new Revealed(token.value(), token.expiresOn());
    }

    private Explanation explainOrThrow() {
        Explanation explanation = identity.explain();
        if (explanation.failure().isPresent()) {
            throw ProblemLog.warn(NoToken.problem(explanation.failure().get()));
        }
        return explanation;
    }

    /** The token in clear text, unlike the masked text of {@link AccessToken}. */
    record Revealed(String accessToken, Instant expiresOn) {
        @Override
        public String toString() {
            return "Revealed[expiresOn=" + expiresOn + "]";
        }
    }
}
