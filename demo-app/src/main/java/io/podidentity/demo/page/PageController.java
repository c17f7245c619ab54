package io.podidentity.demo.page;

import io.podidentity.demo.DemoProperties;
import io.podidentity.demo.blob.Blob;
import io.podidentity.demo.blob.BlobStore;
import io.podidentity.demo.identity.Identity;
import io.podidentity.demo.problem.Problem;
import io.podidentity.demo.problem.ProblemException;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/**
 * {@code GET /}: the page. It answers 200 even if there is no token, because people read it. Programs use the statuses
 * of the API.
 */
@Controller
final class PageController {
    private static final int MAX_SHOWN = 100;

    private final AzureServiceTokenProvider provider;
    private final BlobStore store;
    private final DemoProperties properties;

    PageController(AzureServiceTokenProvider provider, BlobStore store, DemoProperties properties) {
        this.provider = provider;
        this.store = store;
        this.properties = properties;
    }

    @GetMapping("/")
    String page(Model model, HttpServletResponse response) {
        response.setHeader("Cache-Control", "no-store");
        model.addAttribute("resource", properties.resource());
        model.addAttribute("storage", properties.storage());
        model.addAttribute("storageSet", store.isSet());
        try {
            identity(Identity.of(provider.explain(properties.resource())), model);
        } catch (TokenAcquisitionException e) {
            Problem problem = Problem.of(e);
            model.addAttribute("problem", problem);
            model.addAttribute("attempts", problem.attempts());
            return "page";
        }
        blobs(model);
        return "page";
    }

    private static void identity(Identity identity, Model model) {
        Instant now = Instant.now();
        model.addAttribute("identity", identity);
        model.addAttribute("expires", Moment.of(identity.expiresOn(), now));
        model.addAttribute("refresh", Moment.of(identity.refreshOn(), now));
        model.addAttribute("attempts", identity.attempts());
    }

    private void blobs(Model model) {
        try {
            List<Blob> blobs = store.list(MAX_SHOWN + 1);
            model.addAttribute("blobs", blobs.subList(0, Math.min(MAX_SHOWN, blobs.size())));
            model.addAttribute("moreBlobs", blobs.size() > MAX_SHOWN);
        } catch (ProblemException e) {
            model.addAttribute("blobProblem", e.problem());
        }
    }
}
