// SPDX-License-Identifier: Apache-2.0
package io.podidentity.peer;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;

/** Who am I, which blobs are there, and both as a page. */
@Controller
final class PeerController {
    private static final TokenRequestContext STORAGE =
            new TokenRequestContext().addScopes("https://storage.azure.com/.default");

    private final TokenCredential credential;
    private final BlobContainerClient container;
    private final ObjectMapper json;

    PeerController(TokenCredential credential, BlobContainerClient container, ObjectMapper json) {
        this.credential = credential;
        this.container = container;
        this.json = json;
    }

    record Identity(Map<String, Object> principal, OffsetDateTime expiresOn) {}

    record Blob(String name, long size, String contentType, OffsetDateTime lastModified) {
        static Blob of(BlobItem item) {
            return new Blob(
                    item.getName(),
                    item.getProperties().getContentLength(),
                    item.getProperties().getContentType(),
                    item.getProperties().getLastModified());
        }
    }

    @GetMapping("/api/identity")
    @ResponseBody
    Identity identity() {
        AccessToken token = credential.getTokenSync(STORAGE);
        byte[] claims = Base64.getUrlDecoder().decode(token.getToken().split("\\.", -1)[1]);
        Map<String, Object> principal = json.readValue(claims, new TypeReference<>() {});
        principal.keySet().retainAll(List.of("appid", "oid", "tid"));
        return new Identity(principal, token.getExpiresAt());
    }

    @GetMapping("/api/blobs")
    @ResponseBody
    List<Blob> blobs() {
        return container.listBlobs().stream().map(Blob::of).toList();
    }

    @GetMapping("/")
    String page(Model model) {
        model.addAttribute("identity", identity()).addAttribute("blobs", blobs());
        return "page";
    }
}
