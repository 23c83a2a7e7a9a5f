import { request } from '../../api/client';
import type { Conversation, Project } from '../../api/types';
import { conversationRequest, NEW_PROJECT, type Settings } from './settings';

/**
 * Opens a conversation, and its project first when that is new.
 *
 * @param onProject is told the new project, which exists even if the conversation is refused
 */
export async function openConversation(
  settings: Settings,
  onProject: (project: Project) => void,
): Promise<Conversation> {
  let { projectId } = settings;
  if (projectId === NEW_PROJECT) {
    const name = settings.projectName.trim();
    const project = await request<Project>('projects', { method: 'POST', json: { name } });
    onProject(project);
    projectId = project.id;
  }
  return request<Conversation>('conversations', {
    method: 'POST',
    json: conversationRequest(settings, projectId),
  });
}
