package io.podidentity.demo.page;

import io.podidentity.demo.DemoProperties;
import io.podidentity.demo.blob.BlobPage;
import io.podidentity.demo.blob.BlobStore;
import io.podidentity.demo.identity.Identity;
import io.podidentity.demo.problem.Problem;
import io.podidentity.demo.problem.ProblemException;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
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

    private final SignIn signIn;
    private final BlobStore store;
    private final DemoProperties properties;
    private final HostEnvironment host;
    private final boolean hasActuator;

    PageController(
            SignIn signIn, BlobStore store, DemoProperties properties, HostEnvironment host, Environment environment) {
        this.signIn = signIn;
        this.store = store;
        this.properties = properties;
        this.host = host;
        this.hasActuator = ManagementPortType.get(environment) == ManagementPortType.SAME;
    }

    @GetMapping("/")
    String page(
            @RequestParam(name = "prefix", defaultValue = "") String prefix,
            @RequestParam(name = "continuation", required = false) @Nullable String continuation,
            Model model,
            HttpServletResponse response) {
        response.setHeader("Cache-Control", "no-store");
        model.addAttribute("resource", properties.resource());
        model.addAttribute("hasActuator", hasActuator);
        model.addAttribute("container", properties.storage().container());
        model.addAttribute("endpoint", store.endpoint());
        model.addAttribute("storageSet", store.isSet());
        model.addAttribute("emulated", host.isEmulated());
        Explanation explanation = signIn.explain();
        model.addAttribute("place", host.text(explanation.source().orElse(null)));
        try {
            identity(Identity.of(explanation), model);
            token(explanation, model);
        } catch (TokenAcquisitionException e) {
            Problem problem = Problem.of(e);
            problem.log();
            model.addAttribute("problem", problem);
            model.addAttribute("attempts", problem.attempts());
            return "page";
        }
        blobs(prefix, continuation, model);
        return "page";
    }

    private static void identity(Identity identity, Model model) {
        Instant now = Instant.now();
        model.addAttribute("identity", identity);
        model.addAttribute("expires", Timestamp.of(identity.expiresOn(), now));
        model.addAttribute("refresh", Timestamp.of(identity.refreshOn(), now));
        model.addAttribute("attempts", identity.attempts());
    }

    private static void token(Explanation explanation, Model model) {
        model.addAttribute("headline", Headline.of(explanation));
        model.addAttribute("header", Claim.of(explanation.header()));
        model.addAttribute("claims", Claim.of(explanation.claims()));
        model.addAttribute(
                "life",
                TokenLifetime.of(
                        explanation.claims(),
                        explanation.refreshOn().orElse(null),
                        explanation.expiresOn().orElseThrow(),
                        Instant.now()));
    }

    private void blobs(String prefix, @Nullable String continuation, Model model) {
        model.addAttribute("prefix", prefix);
        try {
            BlobPage page = store.list(prefix, continuation, MAX_SHOWN);
            model.addAttribute("blobs", page.blobs());
            model.addAttribute("isFirst", continuation == null);
            model.addAttribute("next", page.next(prefix, null));
        } catch (ProblemException e) {
            e.problem().log();
            model.addAttribute("blobProblem", e.problem());
        }
    }
}
