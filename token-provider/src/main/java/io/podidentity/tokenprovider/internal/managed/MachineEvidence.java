package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What on this machine says, without a question to the network, that it runs in Azure: the chassis asset tag that Azure
 * gives all its virtual machines, or the files of the Azure agent.
 */
public final class MachineEvidence {
    private static final String AZURE_CHASSIS = "7783-7084-3265-9085-8269-3286-77";

    private final File root;

    /**
     * @param root the root of the file system
     */
    public MachineEvidence(File root) {
        this.root = root;
    }

    public boolean saysAzure() {
        return chassisAssetTag().equals(AZURE_CHASSIS) || new File(root, "var/lib/waagent").isDirectory();
    }

    /** Whether the agent of Azure Arc is installed here, which hands out an identity without any variable. */
    public boolean hasArcAgent(Environment environment) {
        String programs = environment.windows() ? environment.get("ProgramData") : "";
        return programs != null
                && (environment.windows()
                        ? new File(programs, "AzureConnectedMachineAgent\\himds.exe").isFile()
                        : new File(root, "opt/azcmagent/bin/himds").isFile());
    }

    private String chassisAssetTag() {
        File tag = new File(root, "sys/class/dmi/id/chassis_asset_tag");
        if (!tag.canRead()) {
            return "";
        }
        try (FileInputStream stream = new FileInputStream(tag)) {
            return new String(stream.readNBytes(64), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
