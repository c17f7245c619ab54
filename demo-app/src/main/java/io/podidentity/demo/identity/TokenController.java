package io.podidentity.demo.identity;

import io.podidentity.demo.DemoProperties;
import io.podidentity.demo.problem.Problem;
import io.podidentity.demo.problem.ProblemException;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code GET /api/token}: the token itself, which the first program of the article shows. Anyone who has the token can
 * act as this identity until it expires, so the answer is 404 unless {@code demo.reveal-token=true}.
 */
@RestController
final class TokenController {
    private static final Logger log = LoggerFactory.getLogger(TokenController.class);

    private final AzureServiceTokenProvider provider;
    private final DemoProperties properties;

    TokenController(AzureServiceTokenProvider provider, DemoProperties properties) {
        this.provider = provider;
        this.properties = properties;
    }

    /** The token in clear text, unlike the masked text of {@link AccessToken}. */
    private record Revealed(String accessToken, Instant expiresOn) {
        @Override
        public String toString() {
            return "Revealed[expiresOn=" + expiresOn + "]";
        }
    }

    @GetMapping("/api/token")
    ResponseEntity<?> token() {
        if (!properties.revealToken()) {
            throw new ProblemException(
                    new Problem(
                            HttpStatus.NOT_FOUND,
                            "token-hidden",
                            "The token is not shown",
                            "Anyone who has the token can act as this identity until it expires",
                            "To see it, start with '--demo.reveal-token=true'. Do this only on your own machine."),
                    null);
        }
        AccessToken token = provider.getAuthenticationResult(properties.resource());
        log.warn(
                "GET /api/token returned a token [resource={}, expiresOn={}], because demo.reveal-token is true",
                token.resource(),
                token.expiresOn());
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new Revealed(token.value(), token.expiresOn()));
    }
}
