import { defineApp, version as platformVersion } from 'zapier-platform-core';
import handOverTasks from './actions/hand-over-tasks.ts';
import reassignContactTasks from './actions/reassign-contact-tasks.ts';
import reassignTask from './actions/reassign-task.ts';
import packageJson from './package.json' with { type: 'json' };
import findPerson from './searches/find-person.ts';
import findTask from './searches/find-task.ts';
import assigneeList from './triggers/assignee-list.ts';
import newTask from './triggers/new-task.ts';
import personList from './triggers/person-list.ts';
import sequenceList from './triggers/sequence-list.ts';
import taskClosed from './triggers/task-closed.ts';
import taskList from './triggers/task-list.ts';
import taskReassigned from './triggers/task-reassigned.ts';
import templateList from './triggers/template-list.ts';
import { authentication } from './zapier/authentication.ts';
import { addApiKey } from './zapier/request/add-api-key.ts';

export default defineApp({
  version: packageJson.version,
  platformVersion,
  flags: { cleanInputData: false },
  authentication,
  beforeRequest: [addApiKey],
  triggers: {
    [taskReassigned.key]: taskReassigned,
    [newTask.key]: newTask,
    [taskClosed.key]: taskClosed,
    [taskList.key]: taskList,
    [personList.key]: personList,
    [assigneeList.key]: assigneeList,
    [sequenceList.key]: sequenceList,
    [templateList.key]: templateList,
  },
  creates: {
    [reassignTask.key]: reassignTask,
    [handOverTasks.key]: handOverTasks,
    [reassignContactTasks.key]: reassignContactTasks,
  },
  searches: {
    [findTask.key]: findTask,
    [findPerson.key]: findPerson,
  },
});
