// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.page;

import io.podidentity.demo.DemoProperties;
import io.podidentity.demo.hardening.LimitedBlobs;
import io.podidentity.demo.hardening.LimitedBlobs.BlobPage;
import io.podidentity.demo.hardening.NoToken;
import io.podidentity.demo.hardening.ProblemLog;
import io.podidentity.demo.sample.Problem;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * {@code GET /}: the page. It answers 200 even if there is no token, because people read it. Programs use the statuses
 * of the API.
 */
@Controller
final class PageController {
    private static final int MAX_SHOWN = 100;

    /** How long a load after a failure waits for the next attempt: enough for the Azure CLI after 'az login'. */
    private static final int PATIENCE_MILLIS = 1_500;

    private final AzureServiceTokenProvider provider;
    private final LimitedBlobs blobs;
    private final DemoProperties properties;
    private final Page.HostEnvironment host;

    private volatile @Nullable Explanation failure;

    PageController(
            AzureServiceTokenProvider provider,
            LimitedBlobs blobs,
            DemoProperties properties,
            Environment environment) {
        this.provider = provider;
        this.blobs = blobs;
        this.properties = properties;
        this.host = new Page.HostEnvironment(environment, blobs.endpoint());
    }

    @GetMapping("/")
    String showPage(
            @RequestParam(name = "prefix", defaultValue = "") String prefix,
            @RequestParam(name = "continuation", required = false) @Nullable String continuation,
            Model model) {
        Explanation explanation = explain();
        Problem problem = explanation.failure().map(NoToken::problem).orElse(null);
        if (problem != null) {
            ProblemLog.warn(problem);
        }
        Page page = new Page(
                host,
                problem == null ? Page.Token.of(explanation, Instant.now()) : null,
                problem,
                explanation.attempts(),
                listBlobs(problem == null, prefix, continuation));
        model.addAttribute("page", page);
        return "page";
    }

    /**
     * Where the token comes from, or why there is none. After a failure people load the page again and again: these
     * loads show the last failure if the next attempt takes long, which goes on behind them.
     */
    private Explanation explain() {
        Explanation last = failure;
        TokenRequest request = TokenRequest.forResource(properties.resource());
        try {
            if (last != null) {
                provider.getAuthenticationResultAsync(request).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException e) {
            return last;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            // Explained below.
        }
        Explanation explanation = provider.explain(request);
        failure = explanation.hasToken() ? null : explanation;
        return explanation;
    }

    private Page.Blobs listBlobs(boolean hasToken, String prefix, @Nullable String continuation) {
        BlobPage page = null;
        Problem problem = null;
        try {
            page = hasToken ? blobs.list(prefix, continuation, MAX_SHOWN) : null;
        } catch (Problem e) {
            problem = e;
        }
        return new Page.Blobs(properties.storage(), blobs.endpoint(), prefix, continuation == null, page, problem);
    }
}
